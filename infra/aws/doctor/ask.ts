import { type HttpAnswer, mutualTlsRequest, type TlsIdentity } from '../../emulator/mutual-tls-request.ts'
import type { Inspected } from './inspected.ts'

const LIMIT_MILLISECONDS = 15_000

/** POST with a form, GET without one. */
export interface Question {
  readonly form?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
}

/** What came of a request: an answer, or the code of what kept it from one. */
export type Outcome = HttpAnswer | { readonly broken: string }

type Identity = Pick<TlsIdentity, 'cert' | 'key'>

/** Asks over a connection of its own, that a certificate is presented on if the server wants one. Never rejects. */
export async function ask(
  { ca }: Pick<Inspected, 'ca'>,
  url: string,
  { form, headers = {} }: Question = {},
  { cert, key }: Identity = {},
): Promise<Outcome> {
  const body = form === undefined ? {} : { form: new URLSearchParams(form).toString() }
  const identity = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
  }
  const signal = AbortSignal.timeout(LIMIT_MILLISECONDS)
  try {
    return await mutualTlsRequest(url, identity, { ...body, headers, signal })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { broken: signal.aborted ? `no answer within ${LIMIT_MILLISECONDS / 1000} s` : (code ?? message) }
  }
}

/** Nobody is there to answer: a wrong name, a wrong port, no way to it, or a server certificate that is not believed. */
export function isUnreachable(outcome: Outcome): outcome is { readonly broken: string } {
  return 'broken' in outcome && !/^(ECONNRESET|EPROTO|EPIPE|ERR_SSL_|ERR_STREAM)/.test(outcome.broken)
}

export function inWords(outcome: Outcome): string {
  return 'broken' in outcome ? outcome.broken : String(outcome.status)
}

/** JSON of an answer; `undefined` where there is none. */
export function jsonOf(outcome: Outcome): Readonly<Record<string, unknown>> | undefined {
  if ('broken' in outcome) return undefined
  try {
    const json: unknown = JSON.parse(outcome.text)
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
