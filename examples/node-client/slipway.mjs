// What every client in another language needs: the services, a token with each call, and the retry rule.
import { setTimeout as pause } from 'node:timers/promises';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import protobuf from 'protobufjs';

const { UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, CANCELLED } = grpc.status;

// google.rpc, as far as errors use it.
const rpc = protobuf.parse(`syntax = "proto3"; package google.rpc;
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message RetryInfo { Duration retry_delay = 1; }`).root;

/** All services of the protocol, below `slipway`. */
export function protocol(directory) {
  const files = ['submission/v1/submission', 'artifact/v1/artifact', 'application/v1/application', 'cluster/v1/cluster'];
  const definition = loader.loadSync(files.map((file) => `slipway/${file}_service.proto`), {
    includeDirs: [directory], keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true,
  });
  return grpc.loadPackageDefinition(definition).slipway;
}

/** What an error of Slipway's says beside its status: reason, metadata, and how long to wait, in milliseconds. */
export function details(error) {
  const found = { reason: '', metadata: {}, delay: undefined };
  for (const bytes of error.metadata?.get('grpc-status-details-bin') ?? []) {
    for (const { typeUrl, value } of rpc.lookupType('google.rpc.Status').decode(bytes).details) {
      if (typeUrl.endsWith('/google.rpc.ErrorInfo')) {
        const { reason, metadata } = rpc.lookupType('google.rpc.ErrorInfo').decode(value);
        Object.assign(found, { reason, metadata });
      } else if (typeUrl.endsWith('/google.rpc.RetryInfo')) {
        const { retryDelay } = rpc.lookupType('google.rpc.RetryInfo').decode(value);
        found.delay = Number(retryDelay.seconds) * 1000 + retryDelay.nanos / 1e6;
      }
    }
  }
  return found;
}

/** The masters: calls go to the one that leads, with a token, again and again while their outcome is unknown. */
export class Masters {
  constructor(addresses, token) {
    this.addresses = addresses;
    this.leader = addresses[0];
    this.metadata = new grpc.Metadata();
    this.metadata.set('authorization', `Bearer ${token}`);
    this.stubs = new Map();
  }

  #stub(Service) {
    const key = `${this.leader} ${Service.serviceName}`;
    if (!this.stubs.has(key)) {
      this.stubs.set(key, new Service(this.leader, grpc.credentials.createInsecure()));
    }
    return this.stubs.get(key);
  }

  /** The retry rule: returns if the same call shall be made again, else throws. */
  async #again(error, tries) {
    const { reason, metadata, delay } = details(error);
    const unknown = [UNAVAILABLE, DEADLINE_EXCEEDED].includes(error.code) || (error.code === CANCELLED && !reason);
    if (!unknown && !(error.code === RESOURCE_EXHAUSTED && delay !== undefined)) {
      throw error;
    }
    if (reason === 'NOT_LEADER' && metadata.leader) {
      this.leader = metadata.leader;
    } else if (unknown) {
      this.leader = this.addresses[(this.addresses.indexOf(this.leader) + 1) % this.addresses.length];
    }
    await pause(delay ?? Math.min(2000, 50 * 2 ** tries) * (0.5 + Math.random() / 2));
  }

  /** A unary call. The request, ids in it included, is the same in all tries. */
  async call(Service, method, request) {
    for (let tries = 0; ; tries++) {
      try {
        return await new Promise((resolve, reject) => {
          const deadline = Date.now() + 10_000;
          this.#stub(Service)[method](request, this.metadata, { deadline }, (error, answer) => (error ? reject(error) : resolve(answer)));
        });
      } catch (error) {
        await this.#again(error, tries);
      }
    }
  }

  /** A stream that is opened again after a break, with what `request` says then. */
  async *follow(Service, method, request) {
    for (let tries = 0; ; tries++) {
      const stream = this.#stub(Service)[method](request(), this.metadata);
      stream.on('error', () => {}); // also thrown below; cancel() makes one that nobody waits for
      try {
        for await (const message of stream) {
          tries = 0;
          yield message;
        }
        return;
      } catch (error) {
        await this.#again(error, tries);
      } finally {
        stream.cancel();
      }
    }
  }

  /** Sends messages, such as an upload, and gives the one answer. */
  async send(Service, method, messages) {
    for (let tries = 0; ; tries++) {
      try {
        return await new Promise((resolve, reject) => {
          const call = this.#stub(Service)[method](this.metadata, (error, answer) => (error ? reject(error) : resolve(answer)));
          messages().forEach((message) => call.write(message));
          call.end();
        });
      } catch (error) {
        await this.#again(error, tries);
      }
    }
  }

  close() {
    this.stubs.forEach((stub) => stub.close());
  }
}
