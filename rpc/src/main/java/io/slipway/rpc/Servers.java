package io.slipway.rpc;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallExecutorSupplier;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.slipway.model.HostPort;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Opens every gRPC port of ours: credentials, limits, keepalive, health and reflection are the same
 * on all of them.
 */
public final class Servers {
  private static final int KEEPALIVE_SECONDS = 20;
  private static final int LEAST_CLIENT_KEEPALIVE_SECONDS = 5;

  private final HostPort listen;
  private final Authenticator authenticator;
  private final List<BindableService> services = new ArrayList<>();
  private final Map<String, AccessRule> rules = new HashMap<>();
  private final Set<String> blocking = new HashSet<>();
  private Optional<HostPort> advertise = Optional.empty();
  private boolean insecure;
  private String name = "slipway-server";
  private int ioThreads = 1;

  private Servers(HostPort listen, Authenticator authenticator) {
    this.listen = listen;
    this.authenticator = authenticator;
  }

  /**
   * Begins to describe a server.
   *
   * @param listen where to listen; port 0 for a free one
   * @param authenticator whose tokens are valid there
   */
  public static Servers at(HostPort listen, Authenticator authenticator) {
    return new Servers(listen, authenticator);
  }

  /** The address under which others reach it; port 0 means the port that is listened on. */
  public Servers advertise(Optional<HostPort> address) {
    advertise = address;
    return this;
  }

  /** Whether listening beyond loopback without encryption is allowed. */
  public Servers insecure(boolean allowed) {
    insecure = allowed;
    return this;
  }

  /** What its threads are called. */
  public Servers name(String threadName) {
    name = threadName;
    return this;
  }

  /** How many threads read and write its connections; 1 unless said otherwise. */
  public Servers ioThreads(int threads) {
    ioThreads = threads;
    return this;
  }

  /**
   * Adds a service whose methods never block: they run on the threads that read and write the
   * connections.
   */
  public Servers service(BindableService service, AccessRule rule) {
    services.add(service);
    rules.put(service.bindService().getServiceDescriptor().getName(), rule);
    return this;
  }

  /** Adds a service whose methods may block: they run on threads of their own. */
  public Servers blockingService(BindableService service, AccessRule rule) {
    blocking.add(service.bindService().getServiceDescriptor().getName());
    return service(service, rule);
  }

  /**
   * Opens the port.
   *
   * @throws ListenException if it can't be opened, or reaches beyond this machine without leave
   */
  public RpcServer open() throws ListenException {
    InetSocketAddress address = resolve(listen, insecure);
    EventLoopGroup loops = EventLoops.create(name, ioThreads);
    ExecutorService pool = blockingPool();
    HealthStatusManager health = new HealthStatusManager();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .channelType(NioServerSocketChannel.class)
            .directExecutor()
            .callExecutor(new ByService(pool))
            .maxInboundMessageSize(Limits.MESSAGE_BYTES)
            .maxInboundMetadataSize(Limits.METADATA_BYTES)
            .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveTime(LEAST_CLIENT_KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true);
    CallGuard guard = new CallGuard(authenticator, rules, Set.of());
    for (BindableService service : services) {
      builder.addService(ServerInterceptors.intercept(service, guard));
    }
    ServerServiceDefinition reflection = ProtoReflectionServiceV1.newInstance().bindService();
    builder.addService(health.getHealthService()).addService(reflection);
    Server server = builder.build();
    try {
      server.start();
    } catch (IOException e) {
      server.shutdownNow();
      pool.shutdownNow();
      EventLoops.close(loops);
      Throwable root = e;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      throw new ListenException(
          "can't listen on "
              + listen
              + ": "
              + root.getMessage()
              + (root instanceof BindException
                  ? "; give an address of this machine and a port that nothing else uses"
                  : ""),
          e);
    }
    HostPort bound = listen.withPort(server.getPort());
    return new RpcServer(server, bound, advertised(bound), health, pool, loops);
  }

  /**
   * Resolves where to listen, and refuses what reaches beyond this machine without leave.
   *
   * @param insecure whether listening beyond loopback without encryption is allowed
   * @throws ListenException with a message for people
   */
  public static InetSocketAddress resolve(HostPort listen, boolean insecure)
      throws ListenException {
    InetSocketAddress address = listen.resolve();
    if (address.isUnresolved()) {
      throw new ListenException("can't listen on " + listen + ": unknown host " + listen.host());
    }
    if (!insecure && !address.getAddress().isLoopbackAddress()) {
      throw new ListenException(
          "listening on "
              + listen
              + " reaches beyond this machine, and connections are not encrypted: say --insecure"
              + " to allow it, or listen on 127.0.0.1");
    }
    return address;
  }

  private HostPort advertised(HostPort bound) {
    if (advertise.isPresent()) {
      return advertise.get().port() == 0 ? advertise.get().withPort(bound.port()) : advertise.get();
    }
    return bound.isWildcard() ? new HostPort(machineAddress(), bound.port()) : bound;
  }

  /** An address of this machine that others can reach, where it has one. */
  private static String machineAddress() {
    try {
      InetAddress own = InetAddress.getLocalHost();
      if (!own.isLoopbackAddress()) {
        return own.getHostAddress();
      }
      for (NetworkInterface card : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        for (InetAddress address : Collections.list(card.getInetAddresses())) {
          if (address.isSiteLocalAddress() && card.isUp()) {
            return address.getHostAddress();
          }
        }
      }
    } catch (IOException unknown) {
      return "127.0.0.1";
    }
    return "127.0.0.1";
  }

  private ExecutorService blockingPool() {
    return Executors.newCachedThreadPool(
        task -> {
          Thread thread = new Thread(task, name + "-call");
          thread.setDaemon(true);
          return thread;
        });
  }

  private final class ByService implements ServerCallExecutorSupplier {
    private final Executor pool;

    ByService(Executor pool) {
      this.pool = pool;
    }

    @Override
    public <Q, R> Executor getExecutor(ServerCall<Q, R> call, Metadata metadata) {
      return blocking.contains(call.getMethodDescriptor().getServiceName()) ? pool : null;
    }
  }
}
