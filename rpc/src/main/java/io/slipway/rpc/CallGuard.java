package io.slipway.rpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.slipway.proto.common.v1.Reason;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Stands before every service: turns the call's token into a {@link Principal}, refuses who may not
 * call, and turns what a service throws into a status.
 */
final class CallGuard implements ServerInterceptor {
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  static final String BEARER = "Bearer ";

  private final Authenticator authenticator;
  private final Map<String, AccessRule> rules;
  private final Set<String> open;

  /**
   * Guards services.
   *
   * @param rules by full service name
   * @param open full names of services that everybody may call
   */
  CallGuard(Authenticator authenticator, Map<String, AccessRule> rules, Set<String> open) {
    this.authenticator = authenticator;
    this.rules = Map.copyOf(rules);
    this.open = Set.copyOf(open);
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String service = call.getMethodDescriptor().getServiceName();
    if (open.contains(service)) {
      return next.startCall(call, headers);
    }
    ServerCall<Q, R> mapping = new MappingCall<>(call);
    Principal principal;
    try {
      principal = principal(call, service, headers);
    } catch (RuntimeException refused) {
      StatusRuntimeException status = StatusMapping.toStatus(refused);
      call.close(status.getStatus(), status.getTrailers());
      return new ServerCall.Listener<>() {};
    }
    Context context = Context.current().withValue(Principal.KEY, principal);
    return Contexts.interceptCall(context, mapping, headers, (inner, h) -> started(inner, h, next));
  }

  private static <Q, R> ServerCall.Listener<Q> started(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    try {
      return guarded(call, next.startCall(call, headers));
    } catch (RuntimeException e) {
      call.close(Status.UNKNOWN.withCause(e), new Metadata());
      return new ServerCall.Listener<>() {};
    }
  }

  private Principal principal(ServerCall<?, ?> call, String service, Metadata headers) {
    String header = headers.get(AUTHORIZATION);
    if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw Refusal.of(
          Status.Code.UNAUTHENTICATED,
          Reason.REASON_BAD_TOKEN,
          "no token (metadata \"authorization: Bearer TOKEN\")");
    }
    Optional<Principal> found =
        authenticator.authenticate(header.substring(BEARER.length()).strip());
    Principal principal =
        found.orElseThrow(
            () ->
                Refusal.of(
                    Status.Code.UNAUTHENTICATED,
                    Reason.REASON_BAD_TOKEN,
                    "the token is not valid here"));
    String method = call.getMethodDescriptor().getBareMethodName();
    AccessRule rule = rules.get(service);
    if (rule == null || !rule.allows(method, principal)) {
      throw Refusal.of(
          Status.Code.PERMISSION_DENIED,
          Reason.REASON_NOT_ALLOWED,
          principal + " may not call " + call.getMethodDescriptor().getFullMethodName());
    }
    return principal;
  }

  private static <Q, R> ServerCall.Listener<Q> guarded(
      ServerCall<Q, R> call, ServerCall.Listener<Q> listener) {
    return new SimpleForwardingServerCallListener<>(listener) {
      private boolean failed;

      @Override
      public void onMessage(Q message) {
        guard(() -> super.onMessage(message));
      }

      @Override
      public void onHalfClose() {
        guard(super::onHalfClose);
      }

      @Override
      public void onReady() {
        guard(super::onReady);
      }

      private void guard(Runnable step) {
        if (failed) {
          return;
        }
        try {
          step.run();
        } catch (RuntimeException e) {
          failed = true;
          call.close(Status.UNKNOWN.withCause(e), new Metadata());
        }
      }
    };
  }

  /** Maps what a service ends with: {@code onError} of any exception comes as its cause. */
  private static final class MappingCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private static final System.Logger LOG = System.getLogger(CallGuard.class.getName());
    private boolean closed;

    MappingCall(ServerCall<Q, R> call) {
      super(call);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      if (closed) {
        return;
      }
      closed = true;
      if (status.getCode() == Status.Code.UNKNOWN && status.getCause() != null) {
        StatusRuntimeException mapped = StatusMapping.toStatus(status.getCause());
        if (mapped.getStatus().getCode() == Status.Code.INTERNAL) {
          LOG.log(
              System.Logger.Level.ERROR,
              "defect in " + getMethodDescriptor().getFullMethodName(),
              status.getCause());
        }
        super.close(mapped.getStatus(), mapped.getTrailers());
      } else {
        super.close(status, trailers);
      }
    }
  }
}
