package io.slipway.model;

/**
 * Tells text that can be shown to people from text that would change what is shown around it:
 * control characters, line separators, and characters that nobody sees, such as those that turn the
 * direction of writing. Two that nobody sees are let through, since the writing of some languages
 * needs them: the zero-width joiner and non-joiner.
 *
 * <p>The list is fixed and not that of the JVM, so that all versions agree.
 */
public final class PrintableText {
  private PrintableText() {}

  /** Whether a character, given by its code point, may be shown as it is. */
  public static boolean isPrintable(int codePoint) {
    return !(Character.isISOControl(codePoint)
        || codePoint == 0x00ad // soft hyphen
        || codePoint == 0x061c // Arabic letter mark
        || codePoint == 0x180e // Mongolian vowel separator
        || codePoint == 0x200b // zero-width space
        || codePoint == 0x200e // left-to-right mark
        || codePoint == 0x200f // right-to-left mark
        || between(codePoint, 0x2028, 0x202e) // separators of lines, embeddings, overrides
        || between(codePoint, 0x2060, 0x206f) // word joiner, isolates, deprecated controls
        || between(codePoint, 0xd800, 0xdfff) // half of a character
        || codePoint == 0xfeff // byte order mark
        || between(codePoint, 0xfff9, 0xfffb) // annotations
        || between(codePoint, 0xe0000, 0xe007f)); // tags
  }

  /** Whether all of a text may be shown as it is. */
  public static boolean isPrintable(String text) {
    return text.codePoints().allMatch(PrintableText::isPrintable);
  }

  /** The text with U+FFFD in the place of each character that may not be shown. */
  public static String shown(String text) {
    if (isPrintable(text)) {
      return text;
    }
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints().forEach(c -> shown.appendCodePoint(isPrintable(c) ? c : 0xfffd));
    return shown.toString();
  }

  private static boolean between(int codePoint, int first, int last) {
    return codePoint >= first && codePoint <= last;
  }
}
