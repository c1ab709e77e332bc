import type { HttpAnswer } from '../connections/mutual-tls-request.ts'

type Json = Readonly<Record<string, unknown>>

/** A request of the demonstration. */
export interface Step {
  readonly title: string
  /** The shown request: method, path and body. */
  readonly request: string
  readonly send: () => Promise<HttpAnswer>
  /** The members that the JSON of the answer must contain. A slash leads into an object, or into JSON in a string. */
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

  /** Shows a step without an answer: the connection must be refused. */
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

/** Finds a member by its path, for example `responseContent/cnf/x5t#S256`. A string on the path is parsed as JSON. */
function lookUp(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value
  const object: unknown = typeof value === 'string' ? JSON.parse(value) : value
  return lookUp((object as Json | undefined)?.[name], rest)
}

const CERTIFICATE = /(-----BEGIN CERTIFICATE-----).{20,}?(-----END CERTIFICATE-----)/gs

/** Shortens certificates, because their base64 fills a screen and is not readable. */
function shortened(text: string): string {
  return text.replaceAll(CERTIFICATE, '$1...$2')
}
