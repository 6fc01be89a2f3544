package io.slipway.driver;

/** The forms in which tasks travel that are not the user's own object. */
final class RemoteWork {
  private RemoteWork() {}

  /** A task without a result. */
  record Action(Runnable action) implements SerializableCallable<Object> {
    private static final long serialVersionUID = 1;

    @Override
    public Object call() {
      action.run();
      return null;
    }
  }

  /** A function and one element. */
  record Application<T, R>(SerializableFunction<? super T, ? extends R> function, T element)
      implements SerializableCallable<R> {
    private static final long serialVersionUID = 1;

    @Override
    public R call() throws Exception {
      return function.apply(element);
    }
  }
}
