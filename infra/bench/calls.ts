import type { LambdaResult } from '../../shared/lambda/serve.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import { deployedFunctions } from '../emulator/site/deployed-functions.ts'
import type { Case, Format, SeededFormats } from './cases.ts'
import { eventOfCase } from './events.ts'

/**
 * Calls the deployed handlers in this process.
 *
 * @param certificate PEM of the client's certificate
 * @returns a function that makes a repeatable call from a case. The call returns the body of the answer, and throws if the body is wrong
 */
export function callsOver(
  runtime: Runtime,
  seeded: Partial<SeededFormats>,
  certificate: string,
): (one: Case) => () => Promise<string> {
  const handlers = new Map(
    Object.entries(seeded).map(([format, { serviceId }]) => {
      const settings = { ...runtime.settings, serviceId }
      return [format as Format, deployedFunctions({ ...runtime, settings })] as const
    }),
  )
  return (one) => {
    const { name, format, path, expected } = one
    const handler = handlers.get(format)?.get(path)
    return async () => {
      const { statusCode, body } = (await handler?.(eventOfCase(one, certificate))) as LambdaResult
      if (!body.includes(expected)) throw new Error(`the answer to ${name} is ${statusCode}: ${body}`)
      return body
    }
  }
}
