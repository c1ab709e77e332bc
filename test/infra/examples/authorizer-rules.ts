import { isDeepStrictEqual } from 'node:util'

export interface TemplateResource {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
}
export type TemplateResources = Readonly<Record<string, TemplateResource>>

/** The exact values that properties must have. A property that is left out has a default, which is not safe. */
type Wanted = Readonly<Record<string, unknown>>

/**
 * The gateway must not cache the result of an authorizer (requirement N05): the key of that cache is only the identity source,
 * so after one good call the same token would pass with another certificate.
 */
const AUTHORIZERS: Readonly<Record<string, Wanted>> = {
  'AWS::ApiGatewayV2::Authorizer': {
    // A JWT authorizer does not check `cnf`.
    AuthorizerType: 'REQUEST',
    AuthorizerPayloadFormatVersion: '2.0',
    EnableSimpleResponses: true,
    IdentitySource: ['$request.header.Authorization'],
    AuthorizerResultTtlInSeconds: 0,
  },
  'AWS::ApiGateway::Authorizer': {
    // A TOKEN authorizer does not get the certificate.
    Type: 'REQUEST',
    IdentitySource: 'method.request.header.Authorization',
    AuthorizerResultTtlInSeconds: 0,
  },
}

const APIS = ['AWS::ApiGatewayV2::Api', 'AWS::ApiGateway::RestApi']
const METHODS = ['AWS::ApiGatewayV2::Route', 'AWS::ApiGateway::Method']
const DOMAINS = ['AWS::ApiGatewayV2::DomainName', 'AWS::ApiGateway::DomainName']

/**
 * Lists the faults of the authorizers of a CloudFormation template, as JSON, and of the APIs that they guard: one line
 * for each fault. A template without authorizers has none, unless a document describes its API.
 */
export function authorizerFaults(resources: TemplateResources): string[] {
  const all = Object.entries(resources)
  const authorizers = all.filter(([, { Type }]) => Type in AUTHORIZERS)
  const ofType = (types: readonly string[]) => all.filter(([, { Type }]) => types.includes(Type))
  const faults = authorizers.flatMap(([id, resource]) =>
    differences(id, resource, AUTHORIZERS[resource.Type]),
  )
  // If a document describes an API, its authorizers are in that document, which these rules do not read.
  const described = ofType(APIS).filter(([, { Properties }]) => 'Body' in (Properties ?? {}))
  const hidden = described.map(([id]) => `${id}: Body is not checked`)
  if (authorizers.length === 0) return hidden
  return [
    ...faults,
    ...hidden,
    ...ofType(APIS).flatMap(([id, api]) => differences(id, api, { DisableExecuteApiEndpoint: true })),
    ...ofType(METHODS).flatMap(([id, method]) =>
      guardedBy(
        id,
        method,
        authorizers.map(([name]) => name),
      ),
    ),
    ...ofType(DOMAINS).flatMap(([id, domain]) => mutualTls(id, domain)),
  ]
}

function differences(id: string, { Properties = {} }: TemplateResource, wanted: Wanted = {}): string[] {
  return Object.entries(wanted)
    .filter(([name, value]) => !isDeepStrictEqual(Properties[name], value))
    .map(([name, value]) => `${id}: ${name} is not ${JSON.stringify(value)}`)
}

function guardedBy(id: string, { Properties = {} }: TemplateResource, authorizers: readonly string[]) {
  const { AuthorizationType, AuthorizerId } = Properties
  const guarded =
    AuthorizationType === 'CUSTOM' && authorizers.some((Ref) => isDeepStrictEqual(AuthorizerId, { Ref }))
  return guarded ? [] : [`${id}: no authorizer guards it`]
}

function mutualTls(id: string, { Properties = {} }: TemplateResource): string[] {
  const { MutualTlsAuthentication: truststore = {} } = Properties
  const missing = ['TruststoreUri', 'TruststoreVersion'].filter((name) => !(name in (truststore as object)))
  return missing.map((name) => `${id}: MutualTlsAuthentication has no ${name}`)
}
