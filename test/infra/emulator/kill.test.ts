import { expect, test } from 'vitest'
import type { Local } from '../../../infra/emulator/site/local-file.ts'
import { type Random, seeded } from '../../support/random.ts'
import { runScript } from '../../support/script.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { argvIn, introspect, obtainToken, post, readLocal } from './local-requests.ts'

const SEED = Number(process.env['KILL_SEED'] ?? 20_261_201)
const RUNS = 4
const REQUESTS_AT_ONCE = 6
const MOST_ANSWERS = 40

/** The answers of the killed processes. A revocation without an answer may have happened, or not. */
const newAnswers = () => ({
  ...{ tokens: new Set<string>(), revoked: new Set<string>(), clients: new Set<string>() },
})
type Answers = ReturnType<typeof newAnswers>

/** The calls reject when the process is killed before its answer is complete. */
function callsOf(local: Local) {
  const { webApiUrl, serviceApiKey, serviceApiSecret, clients } = local
  const basic = Buffer.from(`${serviceApiKey}:${serviceApiSecret}`).toString('base64')
  const headers = { authorization: `Basic ${basic}`, 'content-type': 'application/json' }
  const call = async (path: string, body?: object) => {
    const sent = body && { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(`${webApiUrl}/api${path}`, { headers, ...sent })
    return { status: answer.status, json: (await answer.json()) as Readonly<Record<string, unknown>> }
  }
  return {
    revoke: async (token: string) => (await post(local, '/revocation', `token=${token}`)).status,
    createClient: async () => String((await call('/client/create', { clientName: 'x' })).json['clientId']),
    getClient: async (id: string) => (await call(`/client/get/${id}`)).status,
    /** The tokens that the index of the grants has. */
    count: async () =>
      (await call(`/auth/token/get/list?clientIdentifier=${clients[1].clientId}`)).json['totalCount'],
  }
}
type Calls = ReturnType<typeof callsOf>

/** Sends requests at once, and kills the process in the middle of them. */
async function writeUntilKilled(
  local: Local,
  calls: Calls,
  answers: Answers,
  random: Random,
  kill: () => void,
) {
  let left = 1 + random.int(MOST_ANSWERS)
  const write = async () => {
    const [victim] = answers.tokens
    const kind = random.int(3)
    if (kind === 0) answers.clients.add(await calls.createClient())
    else if (kind === 1 || victim === undefined) answers.tokens.add(await obtainToken(local))
    else {
      answers.tokens.delete(victim)
      expect(await calls.revoke(victim)).toBe(200)
      answers.revoked.add(victim)
    }
    left -= 1
    if (left === 0) kill()
  }
  const work = async () => {
    while (left > 0) await write()
  }
  const ends = await Promise.allSettled(Array.from({ length: REQUESTS_AT_ONCE }, work))
  // Afterwards every request fails. Before it none may.
  expect(left > 0 ? ends : []).toEqual([])
}

test(`kill -9 in the middle of writes loses nothing that npm start has answered (seed ${SEED})`, async ({
  skip,
}) => {
  if (process.env['LONG'] === undefined) skip('it takes eight seconds: with LONG=1 it runs, as in .ci/run')
  const directory = await temporaryFolder()
  const [random, answers] = [seeded(SEED), newAnswers()]
  const known: Local['clients'][] = []
  for (let run = 0; run <= RUNS; run++) {
    const script = runScript('infra/certbound.ts', argvIn(directory))
    await script.printed('Press Ctrl-C to stop')
    const local = await readLocal(directory)
    known.push(local.clients)
    expect(local.clients).toEqual(known[0])
    const calls = callsOf(local)
    for (const token of answers.tokens) expect(await introspect(local, token)).toBe(200)
    for (const token of answers.revoked) expect(await introspect(local, token)).toBe(401)
    for (const id of answers.clients) expect(await calls.getClient(id)).toBe(200)
    expect(await calls.count()).toBeGreaterThanOrEqual(answers.tokens.size)
    const kill = () => void script.process.kill('SIGKILL')
    if (run < RUNS) await writeUntilKilled(local, calls, answers, random, kill)
    else kill()
    await script.ended
  }
  expect(Math.min(...Object.values(answers).map(({ size }) => size))).toBeGreaterThan(0)
}, 120_000)
