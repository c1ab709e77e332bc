import * as z from 'zod/mini'

const count = (rule: string) => z.number().check(z.int(rule), z.positive(rule))

/** A share of the requests, and a minimum number in five minutes. Each means little without the other. */
const share = (percent: number, atLeast: number) => {
  const rule = 'must be a percentage above 0, up to 100'
  const members = {
    percent: z.number().check(z.positive(rule), z.maximum(100, rule)),
    atLeast: count('must be a number of requests in five minutes'),
  }
  return z._default(z.strictObject(members), { percent, atLeast })
}
const number = (value: number, rule: string) => z._default(count(rule), value)

/** The thresholds of the alarms. `certbound.example.jsonc` explains each, and docs/operations.md#alarms each alarm. */
export const AlarmSettings = z
  .strictObject({
    email: z.optional(z.string().check(z.regex(/^[^\s@]+@[^\s@]+$/, 'must be an e-mail address'))),
    topicArn: z.optional(
      z
        .string()
        .check(z.regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/, 'must be the ARN of an SNS topic')),
    ),
    serverErrors: share(1, 10),
    refusals: share(10, 100),
    throttled: share(1, 100),
    lockedOut: share(10, 5),
    stolenTokens: number(5, 'must be a number of refused tokens and codes in five minutes'),
    replays: number(1, 'must be a number of replays in five minutes'),
    latencyMilliseconds: number(2000, 'must be a number of milliseconds'),
    tableThrottles: number(10, 'must be a number of refused reads and writes in five minutes'),
    executions: number(800, 'must be a number of concurrent executions'),
    authorizerErrors: number(5, 'must be a number of failed calls in five minutes'),
    certificateDays: number(21, 'must be a number of days'),
    requestsAnHour: z.optional(count('must be a number of requests in an hour')),
  })
  .check(
    z.refine(
      ({ email, topicArn }) => email === undefined || topicArn === undefined,
      'must not contain both email and topicArn: subscribe the e-mail address to the topic yourself',
    ),
  )
export type AlarmSettings = z.infer<typeof AlarmSettings>
