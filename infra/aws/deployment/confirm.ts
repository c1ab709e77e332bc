import { Complaint, type Io } from '../../command.ts'

/** Asks whether to go on. @throws Complaint unless the answer is yes */
export async function confirm({ ask }: Io): Promise<void> {
  const answer = await ask('Go on? (yes/no) ')
  if (answer === undefined)
    throw new Complaint('no answer, so nothing was changed: --yes goes on without asking')
  if (!/^y(es)?$/i.test(answer.trim())) throw new Complaint('nothing was changed')
}
