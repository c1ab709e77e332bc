import { createInterface } from 'node:readline'
import { Complaint } from './complaint.ts'

/**
 * Goes on when the answer is yes.
 *
 * @throws Complaint for any other answer, and where nobody answers
 */
export async function confirm(question: string): Promise<void> {
  process.stdout.write(`${question} (yes/no) `)
  const lines = createInterface({ input: process.stdin })
  for await (const line of lines) {
    lines.close()
    if (/^y(es)?$/i.test(line.trim())) return
    throw new Complaint('nothing was changed')
  }
  throw new Complaint('nobody answered, and nothing was changed: --yes goes on without asking')
}
