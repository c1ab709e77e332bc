import { expect, test } from 'vitest'
import { startTokenFunction, type Variables } from './one-function.ts'
import type { PackagedSite } from './packaged-site.ts'

/** A function with a wrong template does not start, and its error names the fault. */
export function environments(site: () => PackagedSite): void {
  const start = (change: (variables: Variables) => Variables) =>
    startTokenFunction({ ...site().packaged, onLine: () => undefined }, ({ Environment }) => {
      Environment.Variables = change(Environment.Variables)
    })
  const without = (name: string) => (variables: Variables) =>
    Object.fromEntries(Object.entries(variables).filter(([variable]) => variable !== name))
  const having = (change: Variables) => (variables: Variables) => ({ ...variables, ...change })

  test('a function starts with the environment of the template', async () => {
    await expect(start(having({}))).resolves.toHaveProperty('routes')
  })

  test.each(['REGISTRY_TABLE', 'GRANTS_TABLE', 'AUDIT_TABLE', 'SERVICE_ID', 'MTLS_DOMAINS', 'API_IDS'])(
    'a function does not start without %s, and names it',
    async (name) => {
      await expect(start(without(name))).rejects.toThrow(new RegExp(`^Error: environment: ${name}`))
    },
  )

  test('a function does not start with a variable that is empty or wrong, and names it', async () => {
    await expect(start(having({ MTLS_DOMAINS: ' , ' }))).rejects.toThrow(/MTLS_DOMAINS is empty/)
    await expect(start(having({ LOG_LEVEL: 'loud' }))).rejects.toThrow(/LOG_LEVEL/)
  })

  test('a function does not start with a variable whose value only CloudFormation knows, and the variable is named', async () => {
    await expect(start(having({ NEW: { Ref: 'Thing' } }))).rejects.toThrow(
      'certbound-dev-token: NEW of the template has no value on this machine',
    )
  })
}
