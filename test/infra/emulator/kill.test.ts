import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mutualTlsRequest } from '../../../infra/connections/mutual-tls-request.ts'
import type { Local } from '../../../infra/emulator/site/local-file.ts'
import { type Random, seeded } from '../../support/random.ts'
import { runScript } from '../../support/script.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { FREE_PORTS } from './started-command.ts'

const SEED = Number(process.env['KILL_SEED'] ?? 20_261_201)
const RUNS = 4
const REQUESTS_AT_ONCE = 6
const MOST_ANSWERS = 40

/** What the killed processes have answered. A revocation without an answer may have happened, or not. */
const newAnswers = () => ({
  ...{ tokens: new Set<string>(), revoked: new Set<string>(), clients: new Set<string>() },
})
type Answers = ReturnType<typeof newAnswers>

/** The calls reject when the process is killed before its answer is complete. */
async function callsOf(local: Local) {
  const { mtlsUrl, webApiUrl, serviceApiKey, serviceApiSecret, caFile } = local
  const [, { clientId, clientSecret = '', certificateFile, keyFile }] = local.clients
  const [ca = '', cert, key] = await Promise.all(
    [caFile, certificateFile, keyFile].map((file) => readFile(file, 'utf8')),
  )
  const basic = (user: string, password: string) => ({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
  })
  const asClient = (path: string, form: string) =>
    mutualTlsRequest(
      mtlsUrl + path,
      { ca, ...(cert && key && { cert, key }) },
      { form, headers: basic(clientId, clientSecret) },
    )
  const asService = async (path: string, body?: object) => {
    const headers = { ...basic(serviceApiKey, serviceApiSecret), 'content-type': 'application/json' }
    const sent = body && { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(`${webApiUrl}/api${path}`, { headers, ...sent })
    return { status: answer.status, json: (await answer.json()) as Readonly<Record<string, unknown>> }
  }
  return {
    issue: async () => {
      const { text } = await asClient('/token', 'grant_type=client_credentials')
      return (JSON.parse(text) as { readonly access_token: string }).access_token
    },
    introspect: async (token: string) => (await asClient('/introspection', `token=${token}`)).status,
    revoke: async (token: string) => (await asClient('/revocation', `token=${token}`)).status,
    createClient: async () =>
      String((await asService('/client/create', { clientName: 'x' })).json['clientId']),
    getClient: async (id: string) => (await asService(`/client/get/${id}`)).status,
    /** The tokens that the index of the grants has. */
    count: async () =>
      (await asService(`/auth/token/get/list?clientIdentifier=${clientId}`)).json['totalCount'],
  }
}
type Calls = Awaited<ReturnType<typeof callsOf>>

/** Sends requests at once, and kills the process in the middle of them. */
async function writeUntilKilled(calls: Calls, answers: Answers, random: Random, kill: () => void) {
  let left = 1 + random.int(MOST_ANSWERS)
  const write = async () => {
    const [victim] = answers.tokens
    const kind = random.int(3)
    if (kind === 0) answers.clients.add(await calls.createClient())
    else if (kind === 1 || victim === undefined) answers.tokens.add(await calls.issue())
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

test(`kill -9 in the middle of writes loses nothing that npm start has answered (seed ${SEED})`, async () => {
  const directory = await temporaryFolder()
  const [random, answers] = [seeded(SEED), newAnswers()]
  const known: Local['clients'][] = []
  for (let run = 0; run <= RUNS; run++) {
    const script = runScript('infra/certbound.ts', ['start', '--directory', directory, ...FREE_PORTS])
    await script.printed('Ctrl-C stops')
    const local = JSON.parse(await readFile(join(directory, 'local.json'), 'utf8')) as Local
    known.push(local.clients)
    expect(local.clients).toEqual(known[0])
    const calls = await callsOf(local)
    for (const token of answers.tokens) expect(await calls.introspect(token)).toBe(200)
    for (const token of answers.revoked) expect(await calls.introspect(token)).toBe(401)
    for (const id of answers.clients) expect(await calls.getClient(id)).toBe(200)
    expect(await calls.count()).toBeGreaterThanOrEqual(answers.tokens.size)
    const kill = () => void script.process.kill('SIGKILL')
    if (run < RUNS) await writeUntilKilled(calls, answers, random, kill)
    else kill()
    await script.ended
  }
  expect(Math.min(...Object.values(answers).map(({ size }) => size))).toBeGreaterThan(0)
}, 120_000)
