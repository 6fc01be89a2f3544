// A driver in another language: has executors of any command, asks for one more, releases one, and ends.
// usage: slipway submit --executors 2 --executor-command 'COMMAND' -- node DIRECTORY/driver.mjs DIRECTORY_OF_THE_PROTO_FILES
import { Masters, protocol } from './slipway.mjs';

const { ApplicationService } = protocol(process.argv[2]).application.v1;
const masters = new Masters(process.env.SLIPWAY_MASTERS.split(','), process.env.SLIPWAY_TOKEN);

// The same call resumes the session of a driver that lost its connection.
const session = await masters.call(ApplicationService, 'RegisterApplication', {});
const [{ name: profile, target }] = session.profiles;
console.log(`attempt ${session.attempt}: ${target.total} executors are wanted, now 3`);
await masters.call(ApplicationService, 'SetExecutorTargets',
  { version: session.targets_version + 1, targets: [{ profile, target: { total: 3 } }] });

/** Executors by id, as far as the masters have told. */
const executors = new Map();
async function until(wanted) {
  let cursor = '';
  for await (const news of masters.follow(ApplicationService, 'WatchExecutors', () => ({ cursor }))) {
    cursor = news.cursor;
    news.executors.forEach((executor) => executors.set(executor.execution_id, executor));
    if (wanted([...executors.values()])) {
      return;
    }
  }
}

await until((all) => all.filter((executor) => executor.phase === 'EXECUTION_PHASE_RUNNING').length === 3);
console.log('3 executors run');

// Lower the total first, or another one would take the place of what is released.
await masters.call(ApplicationService, 'SetExecutorTargets',
  { version: session.targets_version + 2, targets: [{ profile, target: { total: 2 } }] });
await masters.call(ApplicationService, 'ReleaseExecutors', { executor_numbers: [1] });
const first = `${process.env.SLIPWAY_APPLICATION_ID}-e1`;
await until(() => executors.get(first)?.phase === 'EXECUTION_PHASE_ENDED');
console.log(`executor 1 has ended, stopped by ${executors.get(first).stopped_by}`);
masters.close();
