package io.slipway.master.rpc;

import io.slipway.rpc.Limits;
import io.slipway.rpc.mapping.Fields;

/** The sizes of pages. */
final class Pages {
  private Pages() {}

  static int size(int asked) {
    return asked == 0
        ? Limits.DEFAULT_PAGE_SIZE
        : Fields.integer(asked, 1, Limits.PAGE_SIZE, "page_size");
  }
}
