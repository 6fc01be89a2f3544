// A complete session of a client: uploads a file, submits, watches, reads the log, and meets an error.
// usage: node session.mjs DIRECTORY_OF_THE_PROTO_FILES, with SLIPWAY_MASTER=HOST:PORT and SLIPWAY_TOKEN_FILE set.
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Masters, details, protocol } from './slipway.mjs';

const { submission, artifact } = protocol(process.argv[2]);
const { SubmissionService } = submission.v1;
const { ArtifactService } = artifact.v1;
const [user, token] = readFileSync(process.env.SLIPWAY_TOKEN_FILE, 'utf8').trim().split(/:(.*)/s);
const masters = new Masters(process.env.SLIPWAY_MASTER.split(','), token);

// Files travel once, by their digest.
const script = Buffer.from('echo "hello from $SLIPWAY_EXECUTION_ID, with $1"\nexit 3\n');
const digest = createHash('sha256').update(script).digest('hex');
const { missing } = await masters.call(ArtifactService, 'FindMissingArtifacts', { digests: [digest] });
for (const { committed_size: offset } of missing) {
  await masters.send(ArtifactService, 'UploadArtifact', () => [{ digest, size_bytes: script.length, offset, data: script.subarray(offset) }]);
}

// One request id makes one application, however often the call is made.
const request = {
  request_id: randomUUID(),
  spec: {
    name: 'from-node',
    mode: 'MODE_CLUSTER',
    driver: {
      program: { arguments: ['sh', 'hello.sh', '{{SLIPWAY_CORES}} core'] },
      files: [{ name: 'hello.sh', digest, size_bytes: script.length }],
      resources: { cores: 1, memory_bytes: 256 * 1024 * 1024 },
    },
  },
};
const { application_id: id } = await masters.call(SubmissionService, 'SubmitApplication', request);
const repeated = await masters.call(SubmissionService, 'SubmitApplication', request);
console.log(`${user} submitted ${id}${repeated.application_id === id ? ', once' : ''}`);

let last;
for await (const { application } of masters.follow(SubmissionService, 'WatchApplication', () => ({ application_id: id }))) {
  last = application;
}
console.log(`${last.state}: the driver ${last.termination.status} with ${last.termination[last.termination.status]}`);

let offset = 0;
const log = () => ({ execution_id: `${id}-d${last.attempt}`, stream: 'OUTPUT_STREAM_STDOUT', offset, follow: true });
for await (const piece of masters.follow(SubmissionService, 'ReadLog', log)) {
  process.stdout.write(piece.data);
  offset = piece.offset + piece.data.length;
}

try {
  await masters.call(SubmissionService, 'GetApplication', { application_id: 'app-20000101-0001' });
} catch (error) {
  const { reason, metadata } = details(error);
  console.log(`status ${error.code}, reason ${reason}, id ${metadata.id}`);
}
masters.close();
