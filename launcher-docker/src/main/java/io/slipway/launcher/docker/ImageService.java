package io.slipway.launcher.docker;

import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;

/**
 * A program that an image is for, beside a Java runtime: its files, its account, how it is started
 * and asked for its health. All paths inside the image are without the first slash.
 *
 * @param files the directory on this machine that becomes {@code home}
 * @param except names directly below it that are left out
 * @param home where the files are in the image; they are root's
 * @param programs of this machine that it calls
 * @param account the account that it runs as
 * @param number of the account, and of its group
 * @param data the account's directory, a volume
 * @param privateDirectories further ones that only the account may enter, to put volumes at
 * @param environment variables beside {@code PATH}, {@code HOME} and {@code JAVA_HOME}
 * @param entryPoint the command to which a container's arguments are added
 * @param healthCheck a command that ends with 0 if the service is well
 */
public record ImageService(
    Path files,
    List<String> except,
    String home,
    List<String> programs,
    String account,
    int number,
    String data,
    List<String> privateDirectories,
    SortedMap<String, String> environment,
    List<String> entryPoint,
    List<String> healthCheck) {}
