package io.slipway.cli;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** What went wrong, in words that need no knowledge of Java's exceptions. */
final class Reasons {
  private Reasons() {}

  /** The reason in words. */
  static String of(Throwable problem) {
    if (problem instanceof NoSuchFileException e) {
      return "there is no " + e.getFile();
    }
    if (problem instanceof AccessDeniedException e) {
      return "no permission for " + e.getFile();
    }
    if (problem instanceof NotDirectoryException e) {
      return e.getFile() + " is not a directory";
    }
    if (problem instanceof FileAlreadyExistsException e) {
      return e.getFile() + " is in the way";
    }
    if (problem instanceof FileSystemLoopException e) {
      return e.getFile() + " is a link that leads back to where it lies";
    }
    if (problem instanceof FileSystemException e && e.getReason() != null) {
      return e.getReason() + ": " + e.getFile();
    }
    String message = problem.getMessage();
    return message == null || message.isBlank() ? problem.getClass().getSimpleName() : message;
  }
}
