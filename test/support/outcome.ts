import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

/** The output of a process after this call, and its end. */
export async function outcome(child: ChildProcessWithoutNullStreams) {
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)]
  await once(child, 'close')
  const { exitCode, signalCode } = child
  return { exitCode, signalCode, stdout: await stdout, stderr: await stderr }
}
