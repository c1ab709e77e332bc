import { expect, test } from 'vitest'
import { outcome } from '../support/answers.ts'
import { testWalk } from '../support/test-runtime.ts'
import { pemSpellings, spelling } from '../support/vectors.ts'
import { BASIC, basic, BOUND, OWN } from '../support/walk.ts'

const walk = await testWalk()
const { runtime } = walk
const client = await walk.addClient(BASIC, BOUND)
const bound = (await walk.granted(client, OWN)).access

const OUTCOMES = {
  refuse: {
    token: 'BAD_REQUEST A244309 invalid_request',
    introspection: 'UNAUTHORIZED A065307 invalid_token',
    face: '400 invalid_request',
  },
  absent: {
    token: 'BAD_REQUEST A244308 invalid_request',
    introspection: 'UNAUTHORIZED A065304 invalid_token',
    face: '400 invalid_request',
  },
} as const

/** The size limit of a call in bytes (decision D29). */
const CALL_LIMIT = 256 * 1024
const TOO_LONG = { token: '400 A001293', introspection: '400 A001293' }

/** Parts of the certificate that no answer and no log line may contain. */
const pieces = (text: string) => text.match(/[A-Za-z0-9+/]{40}/g) ?? []

const all = pemSpellings.spellings.filter(({ source }) => source !== 'client-cert')
const refused = all.flatMap(({ id, why, verdict }) => (verdict === 'accept' ? [] : [{ id, why, verdict }]))
const accepted = all.filter(({ verdict }) => verdict === 'accept')

test.each(accepted)(
  'a certificate as $id is accepted, and binds by its own bytes: $why',
  async ({ id, thumbprint_differs: differs }) => {
    const { json } = await walk.credentials(client, spelling(id))
    const cnf = (await walk.standard(json['accessToken'] as string))['cnf'] as Record<string, string>
    expect(cnf['x5t#S256'] === pemSpellings['expected_x5t#S256']).toBe(differs !== true)
    const proved = outcome(await walk.introspect(bound, spelling(id)))
    expect(proved).toBe(differs ? 'UNAUTHORIZED A065305 invalid_token' : 'OK A056001')
  },
)

test.each(refused)(
  'a certificate as $id gives nothing ($verdict), and no answer or log line has any of it: $why',
  async ({ id, verdict }) => {
    const text = spelling(id)
    const answers = [await walk.credentials(client, text), await walk.introspect(bound, text)] as const
    const { token, introspection } = text.length > CALL_LIMIT ? TOO_LONG : OUTCOMES[verdict]
    expect(answers.map(outcome)).toEqual([token, introspection])
    const form = { grant_type: 'client_credentials' }
    const { status, json, text: body } = await walk.post('/token', form, text, basic(client))
    expect(`${String(status)} ${String(json['error'])}`).toBe(OUTCOMES[verdict].face)
    const written = [...answers.map((answer) => answer.text), body, ...runtime.lines].join('\n')
    expect(pieces(text).filter((piece) => written.includes(piece))).toEqual([])
    expect(runtime.lines.length).toBe(3)
  },
)
