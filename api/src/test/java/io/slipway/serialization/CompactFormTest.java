package io.slipway.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.InvalidObjectException;
import java.io.ObjectStreamConstants;
import java.io.Serializable;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompactFormTest {
  private interface Task<T> extends Callable<T>, Serializable {}

  private interface Mapping<T> extends UnaryOperator<T>, Serializable {}

  private record Both(Object first, Object second) implements Serializable {
    private static final long serialVersionUID = 1;
  }

  private record Doubling(int number) implements Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public int number() {
      return 2 * number;
    }
  }

  private record Positive(int number) implements Serializable {
    private static final long serialVersionUID = 1;
    private static final AtomicInteger LEAST = new AtomicInteger();

    Positive {
      if (number < LEAST.get()) {
        throw new IllegalArgumentException("too small");
      }
    }
  }

  private record Replaced(int number) implements Serializable {
    private static final long serialVersionUID = 1;

    private Object writeReplace() {
      return "replaced";
    }
  }

  private record Plain(int number) {}

  @SuppressWarnings("unchecked")
  private static <T> T copy(T object) throws Exception {
    byte[] bytes = JavaSerialization.serialize(object, "it");
    return (T)
        JavaSerialization.deserialize(
            ByteString.copyFrom(bytes), CompactFormTest.class.getClassLoader());
  }

  private static boolean isCompact(Object object) throws Exception {
    byte[] bytes = JavaSerialization.serialize(object, "it");
    return bytes[0] != (byte) (ObjectStreamConstants.STREAM_MAGIC >> 8);
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "a", "\0\u00e4\u20ac\ud83d\ude00", "\ud83d alone"})
  @ValueSource(ints = {0, Integer.MIN_VALUE, Integer.MAX_VALUE})
  @ValueSource(longs = {0, Long.MIN_VALUE})
  @ValueSource(doubles = {-0.0, Double.NaN, Double.MIN_VALUE})
  @ValueSource(booleans = {true, false})
  void value_isCompactAndComesBackEqual(Object value) throws Exception {
    assertThat(isCompact(value)).isTrue();
    assertThat(copy(value)).isEqualTo(value);
  }

  @Test
  void lambda_ofEachKind_comesBack() throws Exception {
    int number = 7;
    String text = "seven";
    Both both = new Both(1L, true);
    Task<Object> nothing = () -> "nothing";
    Task<Object> other = () -> "other";
    Task<Object> captures = () -> text + number + both;
    Task<Object> reference = text::length;
    Function<Object, Object> constructor =
        (Function<Object, Object> & Serializable) first -> new Both(first, null);

    for (Task<Object> task : List.of(nothing, other, captures, reference)) {
      assertThat(isCompact(task)).isTrue();
      assertThat(copy(task).call()).isEqualTo(task.call());
      assertThat(copy(task).call()).isEqualTo(task.call());
    }
    assertThat(copy(constructor).apply(3)).isEqualTo(new Both(3, null));
  }

  @Test
  void lambda_thatCapturesSomethingElse_goesTheWayOfJava() throws Exception {
    int[] numbers = {1, 2};
    Task<Integer> task = () -> numbers[0]++ + numbers[1];

    assertThat(isCompact(task)).isFalse();
    assertThat(copy(task).call()).isEqualTo(3);
    assertThat(numbers[0]).isEqualTo(1);
  }

  @Test
  void record_ofValues_comesBackByItsComponents() throws Exception {
    Mapping<Integer> mapping = number -> number + 1;
    Both pair = copy(new Both(mapping, new Both("x", 2.5)));

    assertThat(isCompact(new Both(mapping, "x"))).isTrue();
    assertThat(((UnaryOperator<?>) pair.first()).andThen(String::valueOf)).isNotNull();
    assertThat(pair.second()).isEqualTo(new Both("x", 2.5));
    assertThat(copy(new Doubling(3)).number()).isEqualTo(6);
  }

  @Test
  void record_withARuleForItsWriting_goesTheWayOfJava() throws Exception {
    Object written = new Replaced(1);

    assertThat(copy(written)).isEqualTo("replaced");
    assertThat(isCompact(new Both(List.of(1), 2))).isFalse();
    assertThat(CompactForm.write(new Plain(1))).isEmpty();
  }

  @Test
  void record_deepOrLarge_goesTheWayOfJava() throws Exception {
    Object deep = "end";
    for (int i = 0; i < 100; i++) {
      deep = new Both(deep, i);
    }
    String large = "x".repeat(100_000);

    assertThat(isCompact(deep)).isFalse();
    assertThat(copy(deep)).isEqualTo(deep);
    assertThat(isCompact(large)).isFalse();
    assertThat(copy(large)).isEqualTo(large);
  }

  @Test
  void record_whoseConstructorRefuses_isAnInvalidObject() throws Exception {
    ByteString bytes =
        ByteString.copyFrom(JavaSerialization.serialize(new Positive(1), "the task"));
    Positive.LEAST.set(2);
    try {
      assertThatThrownBy(() -> JavaSerialization.deserialize(bytes, getClass().getClassLoader()))
          .isInstanceOf(InvalidObjectException.class)
          .hasMessageContaining("too small");
    } finally {
      Positive.LEAST.set(0);
    }
  }
}
