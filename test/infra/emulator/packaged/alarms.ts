import { beforeAll, expect, test, vi } from 'vitest'
import type { DeploymentSettings } from '../../../../infra/aws/settings/settings.ts'
import { cut, pass } from '../../../support/cutting-proxy.ts'
import { seeded } from '../../../support/random.ts'
import { BASIC, BOUND, OTHER, OWN } from '../../../support/walk.ts'
import { cloudWatch } from '../../aws/cloudwatch/cloudwatch.ts'
import { accessLine, endMinute, type Minute, type Written } from '../../aws/cloudwatch/traffic.ts'
import { arnOf, CERTIFICATES, daysOf, ofLambda, throttled } from '../../aws/cloudwatch/metrics.ts'
import { exampleSettings, ofType, packagedTemplate, type Template } from '../../aws/packaged-template.ts'
import type { WalkedSite } from './packaged-site.ts'

interface LoggedFunction {
  readonly FunctionName: string
  readonly LoggingConfig: { readonly LogGroup: { readonly Ref: string } }
}

type Watch = ReturnType<typeof cloudWatch>
type Lines = NonNullable<Minute['lines']>

/** The settings with each optional alarm. */
async function settings(): Promise<Partial<DeploymentSettings>> {
  const { alarms, mtlsDomain, plainDomain } = await exampleSettings()
  const [certificateArn, ownershipCertificateArn] = [arnOf('Mtls'), arnOf('Ownership')]
  return {
    stage: 'dev',
    alarms: { ...alarms, requestsAnHour: 1000 },
    mtlsDomain: { ...mtlsDomain, certificateArn, ownershipCertificateArn },
    plainDomain: { ...plainDomain, certificateArn: arnOf('Plain') },
    resourceServers: [{ mtlsDomain: 'accounts.example.com', apiId: 'a1b2c3d4e5' }],
  }
}

/** The alarms, with lines that packaged functions write. */
export function alarms(at: () => WalkedSite): void {
  let template: Template
  const written = {} as Record<
    'failure' | 'page' | 'path' | 'refusal' | 'replay' | 'stranger' | 'theft' | 'use',
    Written
  >

  beforeAll(async () => {
    template = (await packagedTemplate(await settings())).template
    await record()
  }, 120_000)

  /** The log line of a request, with the log group of the function in the template. */
  async function lineOf(action: () => Promise<unknown>): Promise<Written> {
    const { site } = at()
    const before = site.lines.length
    await action()
    // A line may arrive after its answer.
    await vi.waitUntil(() => site.lines.length > before, 30_000)
    const { name, line } = site.lines.at(-1) ?? { name: '', line: '' }
    return { group: groupOf(name), line }
  }

  function groupOf(name: string): string {
    const functions = ofType<LoggedFunction>(template, 'Lambda::Function')
    const [found] = functions.filter(([, { FunctionName }]) => FunctionName === name)
    if (found === undefined) throw new Error(`no function ${name}`)
    return found[1].LoggingConfig.LogGroup.Ref
  }

  async function record() {
    const { site, walk } = at()
    const client = await walk.addClient(BASIC, BOUND)
    const { access } = await walk.granted(client, OWN)
    const code = await walk.code(client)
    await walk.redeem(client, code, OWN)
    written.theft = await lineOf(() => walk.introspect(access, OTHER))
    written.replay = await lineOf(() => walk.redeem(client, code, OWN))
    written.refusal = await lineOf(() => walk.credentials({ ...client, secret: 'wrong' }))
    const anywhere = `${site.webApiUrl}/api/${walk.serviceId}`
    written.stranger = await lineOf(() => fetch(`${anywhere}/auth/introspection`, { method: 'POST' }))
    written.path = await lineOf(() => fetch(`${site.webApiUrl}/api/wp-login.php`))
    written.page = await lineOf(() => fetch(`${site.webApiUrl}/.well-known/openid-configuration/other`))
    written.use = await lineOf(() => walk.introspect(access, OWN))
    site.proxy.fate = cut
    written.failure = await lineOf(() => walk.introspect(access, OWN)).finally(() => (site.proxy.fate = pass))
  }

  test('the lines belong to the incidents', () => {
    const reasonOf = ({ line }: Written) => (JSON.parse(line) as { reason?: string }).reason
    expect(Object.fromEntries(Object.entries(written).map(([name, one]) => [name, reasonOf(one)]))).toEqual({
      ...{ use: undefined, failure: 'unavailable', refusal: 'client-secret-wrong' },
      ...{ theft: 'certificate-differs', replay: 'code-unknown' },
      ...{ stranger: 'credentials-missing', path: 'api-not-offered', page: 'document-other' },
    })
  })

  /** An hour of honest requests, a hundred per second, a tenth of them refused for the usual reasons. */
  const HONEST: Minute = { requests: 6000, onMtls: 3000 }
  const refused = (status: string, domain: 'mtls' | 'plain', route: string) =>
    accessLine({ status, domain: domain === 'mtls' ? 'mtls.auth.example.com' : 'auth.example.com', route })

  function watch(): Watch {
    const made = cloudWatch(template)
    for (const name of CERTIFICATES) made.put(daysOf(name), 90)
    return made
  }
  type Incident = (minute: number) => {
    lines?: Lines
    minute?: Partial<Minute>
    put?: (watch: Watch) => void
  }
  /** The minutes of the hour, and the events in them. */
  const once =
    (at: number, what: ReturnType<Incident>): Incident =>
    (minute) =>
      minute === at ? what : {}
  const always =
    (what: ReturnType<Incident>): Incident =>
    () =>
      what

  const INCIDENTS: readonly [what: string, alarm: string, incident: () => Incident][] = [
    [
      'a table that cannot be reached',
      'ServerErrors',
      () => always({ minute: { failed: 6000 }, lines: [[written.failure, 6000]] }),
    ],
    ['slow answers', 'Latency', () => always({ minute: { milliseconds: 2500 } })],
    [
      'a client that uses a wrong secret all the time',
      'Refusals',
      () => always({ lines: [[written.refusal, 700]] }),
    ],
    ['a thief with five tokens', 'StolenTokens', () => once(7, { lines: [[written.theft, 5]] })],
    ['a code that is used twice', 'Replays', () => once(7, { lines: [[written.replay, 1]] })],
    ['a CA that has expired', 'LockedOut', () => always({ lines: [[refused('403', 'mtls', '-'), 400]] })],
    [
      'a limit that is too low',
      'Throttled',
      () => always({ lines: [[refused('429', 'plain', 'ANY /api/{serviceId}/auth/introspection'), 80]] }),
    ],
    [
      'a table that refuses writes',
      'TableThrottles',
      () => once(7, { put: ({ put }) => put(throttled('RegistryTable'), 20) }),
    ],
    [
      'an index that refuses writes',
      'TableThrottles',
      () => once(7, { put: ({ put }) => put(throttled('GrantsTable', 'listing'), 20) }),
    ],
    [
      'executions that end',
      'Concurrency',
      () => once(7, { put: ({ put }) => put(ofLambda('ConcurrentExecutions'), 900) }),
    ],
    [
      'an authorizer that breaks off',
      'AuthorizerErrors',
      () => once(7, { put: ({ put }) => put(ofLambda('Errors', 'AuthorizerLambdaFunction'), 6) }),
    ],
    [
      'an authorizer that may not run',
      'AuthorizerErrors',
      () => once(7, { put: ({ put }) => put(ofLambda('Throttles', 'AuthorizerLambdaFunction'), 6) }),
    ],
    [
      'a client that does not renew',
      'EndingCertificates',
      () => once(7, { lines: [[{ group: 'CertificateDashlistsLogGroup', line: '{"noticeDays":7}' }, 1]] }),
    ],
    ['a mutual-TLS domain that nobody finds', 'Silence', () => always({ minute: { onMtls: 0 } })],
  ]

  test.each(INCIDENTS)('%s raises only %sAlarm', (_, alarm, incident) => {
    const made = watch()
    const happens = incident()
    for (let minute = 0; minute < 60; minute++) {
      const { minute: changes, lines, put } = happens(minute)
      put?.(made)
      endMinute(made, {
        ...HONEST,
        ...changes,
        lines: [[written.use, 5000], [written.refusal, 20], ...(lines ?? [])],
      })
    }
    expect([...made.raised]).toEqual([`${alarm}Alarm`])
  })

  /** ACM reports the days twice a day. `undefined`: it reports nothing about a certificate. */
  function endDay(made: Watch, daysLeft: (name: string) => number | undefined, minuteOf: () => Minute): void {
    for (let minute = 0; minute < 1440; minute++) {
      const counted = minute % 720 === 0 ? CERTIFICATES : []
      for (const name of counted.filter((each) => daysLeft(each) !== undefined))
        made.put(daysOf(name), daysLeft(name) ?? 0)
      endMinute(made, minuteOf())
    }
  }

  test.each(
    CERTIFICATES.flatMap(
      (name) =>
        [
          [name, 21],
          [name, undefined],
        ] as const,
    ),
  )('the certificate %s with %s days left, or an expired one, raises only its own alarm', (ends, days) => {
    const made = cloudWatch(template)
    endDay(
      made,
      (name) => (name === ends ? days : 90),
      () => HONEST,
    )
    expect([...made.raised]).toEqual([`${ends}CertificateAlarm`])
  })

  test('each alarm of the template has an incident', () => {
    const raised = [
      ...INCIDENTS.map(([, alarm]) => alarm),
      ...CERTIFICATES.map((name) => `${name}Certificate`),
    ]
    expect(cloudWatch(template).ids.sort()).toEqual([...new Set(raised)].map((name) => `${name}Alarm`).sort())
  })

  test.each([
    ['with', HONEST],
    ['without', { requests: 0, onMtls: 20 }],
  ])(
    'a month of scanners raises no alarm %s honest requests',
    (_, honest) => {
      const [made, random] = [watch(), seeded(8705)]
      let minute = 0
      const scanners = (): Minute => {
        const lines: (readonly [Written, number])[] = [
          [written.path, 1 + random.int(20)],
          [written.page, 1 + random.int(5)],
          [written.stranger, random.int(120)],
          [refused('404', 'plain', '-'), random.int(50)],
        ]
        // Some of them try their own certificates, or send as much as they can, and return an hour later.
        if (minute % 60 === 17) lines.push([refused('403', 'mtls', '-'), 30])
        if (minute % 60 === 41) lines.push([refused('429', 'plain', 'ANY /api/service/get/list'), 1200])
        minute++
        const strangers = lines.reduce((sum, [, times]) => sum + times, 0)
        return { ...honest, requests: honest.requests + strangers, lines }
      }
      for (let day = 0; day < 30; day++) endDay(made, () => 90, scanners)
      expect(minute).toBe(43_200)
      expect([...made.raised]).toEqual([])
    },
    120_000,
  )
}
