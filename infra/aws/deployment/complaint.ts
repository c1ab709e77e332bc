/** What a person has to do something about: printed as it is, without a stack. */
export class Complaint extends Error {}

interface AwsError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly code?: string
}

/** What the common failures of AWS mean for who deploys, by the name of the error. */
const MEANINGS: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'there are no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  ExpiredToken: 'the AWS credentials have expired: get new ones',
  ExpiredTokenException: 'the AWS credentials have expired: get new ones',
  InvalidClientTokenId: 'AWS does not know the credentials',
  UnrecognizedClientException: 'AWS does not know the credentials',
  SignatureDoesNotMatch: 'AWS does not accept the secret of the credentials',
  NoSuchBucket: 'the bucket is not there',
}

/** In one line: what was being done, and what AWS said to it. */
export function explained(doing: string, error: unknown): Complaint {
  if (error instanceof Complaint || !(error instanceof Error)) return error as Complaint
  const { name, message, $metadata, code } = error as AwsError
  const told = message.replaceAll(/\s+/g, ' ').trim()
  const isDenied = /^AccessDenied|^UnauthorizedOperation/.test(name) || $metadata?.httpStatusCode === 403
  const denied = isDenied ? `the AWS credentials do not allow it (${told})` : undefined
  const unreachable =
    code !== undefined && /^E[A-Z]+$/.test(code) ? `AWS cannot be reached (${code})` : undefined
  return new Complaint(`${doing}: ${MEANINGS[name] ?? denied ?? unreachable ?? `${name}: ${told}`}`, {
    cause: error,
  })
}

/** Does something with AWS. @throws Complaint that says what */
export async function attempt<Result>(doing: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action()
  } catch (error) {
    throw explained(doing, error)
  }
}

/** How a script ends that failed: a line for each thing to be done, on standard error, and the exit code 1. */
export function endComplaining(script: string): (error: unknown) => void {
  return (error) => {
    const text = error instanceof Error ? error.message : String(error)
    const what = error instanceof Complaint ? '' : 'unexpected: '
    for (const line of text.split('\n')) console.error(`${script}: ${what}${line}`)
    process.exitCode = 1
  }
}
