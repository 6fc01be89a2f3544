package io.slipway.rpc.mapping;

import com.google.protobuf.CodedOutputStream;
import io.slipway.model.Digest;
import io.slipway.model.LaunchTemplate;
import io.slipway.proto.common.v1.ProcessTemplate;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The digest of a template, equal in both deploy modes for equal submissions. Of secret variables
 * it covers the names alone, for it is shown to people.
 */
public final class TemplateDigest {
  private TemplateDigest() {}

  /** SHA-256 of the template's serialized message. */
  public static Digest of(LaunchTemplate template) {
    ProcessTemplate message = TemplateMessages.withoutSecrets(TemplateMessages.toProto(template));
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    out.checkNoSpaceLeft();
    return Digest.of(bytes);
  }
}
