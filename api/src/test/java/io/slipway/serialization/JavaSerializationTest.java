package io.slipway.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class JavaSerializationTest {
  private interface Task extends Supplier<Object>, Serializable {}

  private static final class Connection {}

  private static class Job implements Serializable {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("unused")
    private final transient Object notWritten = new Object();

    private final Object connection;

    Job(Object connection) {
      this.connection = connection;
    }
  }

  private static String refusal(Object object) {
    try {
      JavaSerialization.serialize(object, "the task");
      return "";
    } catch (NotSerializableException e) {
      return e.getMessage();
    }
  }

  private static final class Shy extends ArrayList<Object> {
    private static final long serialVersionUID = 1;

    @Override
    public Iterator<Object> iterator() {
      throw new UnsupportedOperationException("nobody looks in");
    }
  }

  @Test
  void serialize_collectionThatCantBeWalked_isStillRefusedWithTheClass() {
    Shy shy = new Shy();
    shy.add(new Connection());

    assertThat(refusal(shy)).contains(Connection.class.getName());
  }

  @Test
  void serialize_andDeserialize_givesTheSame() throws Exception {
    byte[] bytes = JavaSerialization.serialize(List.of("a", 1, new int[0].length), "the task");

    assertThat(
            JavaSerialization.deserialize(ByteString.copyFrom(bytes), getClass().getClassLoader()))
        .isEqualTo(List.of("a", 1, 0));
  }

  @Test
  void deserialize_primitiveClassAndArray_areFound() throws Exception {
    byte[] bytes = JavaSerialization.serialize(new Object[] {int.class, new long[] {1}}, "it");

    assertThat(
            (Object[])
                JavaSerialization.deserialize(
                    ByteString.copyFrom(bytes), getClass().getClassLoader()))
        .containsExactly(int.class, new long[] {1});
  }

  @Test
  void serialize_lambdaCapturesObjectWithField_namesTheWholePath() {
    Job job = new Job(new Connection());
    Task task = () -> job.connection;

    assertThat(refusal(task))
        .startsWith("the task can't be serialized: it captures a variable")
        .contains(Job.class.getTypeName())
        .contains("field 'connection' of class " + Job.class.getTypeName())
        .contains("a " + Connection.class.getTypeName())
        .doesNotContain("notWritten");
  }

  @Test
  void serialize_deepInCollections_namesElementAndKey() {
    assertThat(refusal(new ArrayList<>(List.of(Map.of("k", new Job(new Connection()))))))
        .contains("element 0")
        .contains("value of key 'k'")
        .contains("field 'connection'");
    assertThat(refusal(new Object[] {1, new Connection()})).contains("element 1");
  }

  @Test
  void serialize_capturesThis_saysWhatToDo() {
    Task task = () -> hashCode();

    assertThat(refusal(task))
        .contains("captures 'this', a " + getClass().getName())
        .contains("copy what you need into a local variable");
  }

  @Test
  void serialize_innerClass_namesTheEnclosingObject() {
    class Inner implements Task {
      private static final long serialVersionUID = 1;

      @Override
      public Object get() {
        return JavaSerializationTest.this;
      }
    }

    assertThat(refusal(new Inner())).contains("'this', a " + getClass().getName());
  }

  @Test
  void serialize_plainLambda_namesTheTypesToUse() {
    Supplier<Object> plain = () -> 1;

    assertThat(refusal(plain)).contains("SerializableCallable");
    assertThat(refusal(new Connection()))
        .contains("class " + Connection.class.getName() + " does not implement");
  }

  @Test
  void serialize_ownWritingFails_isRefusedToo() {
    assertThatThrownBy(() -> JavaSerialization.serialize(new Failing(), "the task"))
        .isInstanceOf(NotSerializableException.class)
        .hasMessageContaining("not today");
  }

  private static final class Failing implements Serializable {
    private static final long serialVersionUID = 1;

    private void writeObject(ObjectOutputStream out) {
      throw new IllegalStateException("not today");
    }
  }
}
