import type { HttpAnswer } from './mutual-tls-request.ts'

type Json = Readonly<Record<string, unknown>>

/** One request of the demonstration: what is sent, shown as it is, and what must come back. */
export interface Step {
  readonly title: string
  /** The request in words: method, path and body. */
  readonly request: string
  readonly send: () => Promise<HttpAnswer>
  /** Members that the answer's JSON must have, dots lead into JSON within a string. */
  readonly expect: Json
}

/** Walks through steps, shows each request and answer, and counts what is not as it must be. */
export function demonstration(print: (line: string) => void) {
  let number = 0
  let failures = 0

  async function show(step: Step): Promise<Json> {
    number += 1
    print(`\n${String(number)}. ${step.title}`)
    print(`   > ${shortened(step.request)}`)
    const answer = await step.send()
    const json = JSON.parse(answer.text) as Json
    print(`   < ${String(answer.status)} ${shortened(answer.text)}`)
    check({ ...json, status: answer.status }, step.expect)
    return json
  }

  /** A step without an answer: the connection itself must be refused. */
  async function showRefusedConnection(title: string, request: string, send: () => Promise<HttpAnswer>) {
    number += 1
    print(`\n${String(number)}. ${title}\n   > ${request}`)
    const outcome = await send().then(
      (answer) => `${String(answer.status)} ${answer.text}`,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    )
    const refused = outcome instanceof Error
    print(`   < ${refused ? `no answer, the connection ends (${outcome.message})` : outcome}`)
    verdict(refused, 'no answer without a certificate')
  }

  function check(actual: Json, expected: Json): void {
    for (const [path, value] of Object.entries(expected)) {
      const found = lookUp(actual, path.split('/'))
      verdict(found === value, `${path} is ${JSON.stringify(value)}`, found)
    }
  }

  function verdict(right: boolean, what: string, found?: unknown): void {
    if (!right) failures += 1
    print(`   ${right ? 'ok  ' : 'NOT '} ${what}${right ? '' : `, but ${JSON.stringify(found)}`}`)
  }

  const heading = (text: string) => print(`\n== ${text}`)

  return { heading, show, showRefusedConnection, check, failures: () => failures, steps: () => number }
}

export type Demonstration = ReturnType<typeof demonstration>

/** `responseContent/cnf/x5t#S256`: a string on the way is JSON. */
function lookUp(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value
  const object: unknown = typeof value === 'string' ? JSON.parse(value) : value
  return lookUp((object as Json | undefined)?.[name], rest)
}

const CERTIFICATE = /(-----BEGIN CERTIFICATE-----).{20,}?(-----END CERTIFICATE-----)/gs

/** A certificate fills a screen and says nothing to the eye. */
function shortened(text: string): string {
  return text.replaceAll(CERTIFICATE, '$1...$2')
}
