package io.slipway.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ResourcesTest {
  private static final Resources MACHINE = new Resources(4, 100, new TreeMap<>(Map.of("gpu", 2L)));

  @Test
  void fits_eachAmountWithin_true() {
    assertThat(MACHINE.fits(new Resources(4, 100, new TreeMap<>(Map.of("gpu", 2L))))).isTrue();
  }

  @Test
  void fits_oneAmountBeyond_false() {
    assertThat(MACHINE.fits(new Resources(5, 1))).isFalse();
    assertThat(MACHINE.fits(new Resources(1, 101))).isFalse();
    assertThat(MACHINE.fits(new Resources(1, 1, new TreeMap<>(Map.of("gpu", 3L))))).isFalse();
    assertThat(MACHINE.fits(new Resources(1, 1, new TreeMap<>(Map.of("fpga", 1L))))).isFalse();
  }

  @Test
  void minusThenPlus_anyPart_isTheSame() {
    Resources part = new Resources(3, 60, new TreeMap<>(Map.of("gpu", 2L)));

    assertThat(MACHINE.minus(part).plus(part)).isEqualTo(MACHINE);
    assertThat(MACHINE.minus(part).custom()).isEmpty();
  }

  @Test
  void minus_moreThanThere_refused() {
    assertThatThrownBy(() -> MACHINE.minus(new Resources(5, 0)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MACHINE.minus(new Resources(0, 0, new TreeMap<>(Map.of("gpu", 3L)))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
