package io.slipway.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ElementPublisherTest {
  private final AtomicInteger closed = new AtomicInteger();

  private ElementPublisher<Integer> publisher(List<Integer> elements) {
    return new ElementPublisher<>(
        "test-publisher",
        () -> {
          Iterator<Integer> iterator = elements.iterator();
          return new Elements(iterator);
        });
  }

  private final class Elements implements CloseableIterator<Integer> {
    private final Iterator<Integer> iterator;

    Elements(Iterator<Integer> iterator) {
      this.iterator = iterator;
    }

    @Override
    public boolean hasNext() {
      return iterator.hasNext();
    }

    @Override
    public Integer next() {
      return iterator.next();
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }

  @Test
  void subscribe_twice_eachHasAStreamOfItsOwn() throws Exception {
    ElementPublisher<Integer> publisher = publisher(List.of(1, 2, 3));
    Collector<Integer> one = new Collector<>(Long.MAX_VALUE);
    Collector<Integer> two = new Collector<>(Long.MAX_VALUE);

    publisher.subscribe(one);
    publisher.subscribe(two);

    assertThat(one.completion.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(two.completion.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(one.elements).containsExactly(1, 2, 3).isEqualTo(two.elements);
    assertThat(closed).hasValue(2);
  }

  @Test
  void request_few_getsNoMore() throws Exception {
    Collector<Integer> subscriber = new Collector<>(1);
    publisher(List.of(1, 2, 3)).subscribe(subscriber);
    Flow.Subscription subscription = subscriber.subscription.get();
    await().until(() -> subscriber.elements.size() == 1);

    subscription.request(1);
    await().until(() -> subscriber.elements.size() == 2);
    subscription.request(Long.MAX_VALUE);
    subscription.request(Long.MAX_VALUE);

    assertThat(subscriber.completion.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(subscriber.elements).containsExactly(1, 2, 3);
  }

  @Test
  void request_notPositive_isAnError() throws Exception {
    Collector<Integer> subscriber = new Collector<>(-1);

    publisher(List.of(1)).subscribe(subscriber);

    assertThat(subscriber.failure.get(10, TimeUnit.SECONDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
    assertThat(subscriber.elements).isEmpty();
  }

  @Test
  void cancel_endsItsThreadAndSaysNothing() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    Collector<Integer> subscriber = new Collector<>(1);
    Thread[] thread = new Thread[1];
    new ElementPublisher<Integer>(
            "test-publisher",
            () ->
                new CloseableIterator<>() {
                  private boolean open = true;

                  @Override
                  public synchronized boolean hasNext() {
                    thread[0] = Thread.currentThread();
                    asked.countDown();
                    while (open) {
                      try {
                        wait();
                      } catch (InterruptedException e) {
                        throw new AssertionError(e);
                      }
                    }
                    return false;
                  }

                  @Override
                  public Integer next() {
                    throw new AssertionError();
                  }

                  @Override
                  public synchronized void close() {
                    open = false;
                    notifyAll();
                  }
                })
        .subscribe(subscriber);
    asked.await();

    subscriber.subscription.get().cancel();

    thread[0].join();
    assertThat(subscriber.completion).isNotDone();
    assertThat(subscriber.failure).isNotDone();
  }
}
