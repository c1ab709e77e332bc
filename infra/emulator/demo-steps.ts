import type { HttpAnswer } from '../connections/mutual-tls-request.ts'

type Json = Readonly<Record<string, unknown>>

/** One request of the demonstration. */
export interface Step {
  readonly title: string
  /** The request as it is shown: method, path and body. */
  readonly request: string
  readonly send: () => Promise<HttpAnswer>
  /** Members that the answer's JSON must have. A slash leads into an object, or into JSON within a string. */
  readonly expect: Json
}

/** Shows each request and its answer, and counts wrong answers. */
export function demonstration(print: (line: string) => void) {
  let number = 0
  let failures = 0

  function begin(title: string, request: string): void {
    number += 1
    print(`\n${number}. ${title}`)
    print(`   > ${shortened(request)}`)
  }

  async function show({ title, request, send, expect }: Step): Promise<Json> {
    begin(title, request)
    const answer = await send()
    const json = JSON.parse(answer.text) as Json
    print(`   < ${answer.status} ${shortened(answer.text)}`)
    check({ ...json, status: answer.status }, expect)
    return json
  }

  /** A step without an answer: the connection itself must be refused. */
  async function showRefusedConnection({ title, request, send }: Omit<Step, 'expect'>): Promise<void> {
    begin(title, request)
    const refusal = await send().then(
      ({ status, text }) => {
        print(`   < ${status} ${text}`)
      },
      (error: unknown) => {
        print(
          `   < no answer, the connection ends (${error instanceof Error ? error.message : String(error)})`,
        )
        return 'refused'
      },
    )
    verdict(refusal === 'refused', 'no answer without a certificate')
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

/** A certificate fills a screen, and its base64 shows nothing to a reader. */
function shortened(text: string): string {
  return text.replaceAll(CERTIFICATE, '$1...$2')
}
