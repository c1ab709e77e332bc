import {
  copy,
  idsOf,
  lambdas,
  ofType,
  ref,
  resource,
  type Rules,
  same,
  set,
  type Template,
  unless,
  unlike,
} from './template.ts'

const API = 'AWS::ApiGatewayV2::Api'
const DOMAIN = 'AWS::ApiGatewayV2::DomainName'
const AUTHORIZER = 'AuthorizerLambdaFunction'
const CLOSED = 'HttpApi.Properties.DisableExecuteApiEndpoint'
const MUTUAL_TLS = 'Properties.MutualTlsAuthentication'
const CONFIGURATION = 'Properties.DomainNameConfigurations.0'
const VARIABLES = 'TokenLambdaFunction.Properties.Environment.Variables'

interface DomainName {
  MutualTlsAuthentication?: { TruststoreUri?: string; TruststoreVersion?: string }
}
const withMutualTls = (template: Template) =>
  ofType<DomainName>(template, DOMAIN).filter(
    ([, { Properties }]) => Properties.MutualTlsAuthentication !== undefined,
  )

/** A certificate counts only where it was demanded, and no way leads around it. */
export const DOMAIN_RULES: Rules = {
  'the API answers on custom domains only': {
    complaints: (template) => unlike(template, API, { Properties: { DisableExecuteApiEndpoint: true } }),
    broken: {
      'the execute-api endpoint on': set(CLOSED, false),
      'the execute-api endpoint left at its default': set(CLOSED, undefined),
    },
  },

  'there is one API, one mutual-TLS domain and one plain domain': {
    complaints: (template) => {
      const found = [idsOf(template, API), withMutualTls(template).map(([id]) => id), idsOf(template, DOMAIN)]
      return same(found, [['HttpApi'], ['MtlsDomain'], ['MtlsDomain', 'PlainDomain']]) ? [] : [String(found)]
    },
    broken: {
      'no mutual TLS': set(`MtlsDomain.${MUTUAL_TLS}`, undefined),
      'mutual TLS on both': set(`PlainDomain.${MUTUAL_TLS}`, { TruststoreUri: 's3://bucket/key' }),
      'a third domain': copy('PlainDomain', 'Other'),
    },
  },

  'the domain names its trust store with a version': {
    complaints: (template) =>
      unless(withMutualTls(template), ({ Properties: { MutualTlsAuthentication: store } }) =>
        [
          /^s3:\/\/[^/]+\/.+$/.test(store?.TruststoreUri ?? ''),
          (store?.TruststoreVersion ?? '') !== '',
        ].every(Boolean),
      ),
    broken: {
      'no version': set(`MtlsDomain.${MUTUAL_TLS}.TruststoreVersion`, undefined),
      'no trust store': set(`MtlsDomain.${MUTUAL_TLS}.TruststoreUri`, ''),
    },
  },

  'both domains are Regional and speak TLS 1.2 or later': {
    complaints: (template) =>
      unlike(template, DOMAIN, {
        Properties: { DomainNameConfigurations: [{ EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' }] },
      }),
    broken: {
      'an old TLS': set(`PlainDomain.${CONFIGURATION}.SecurityPolicy`, 'TLS_1_0'),
      'a policy that cannot be combined with mutual TLS': set(
        `MtlsDomain.${CONFIGURATION}.SecurityPolicy`,
        'SecurityPolicy_TLS13_1_3_2025_09',
      ),
      'an edge endpoint': set(`MtlsDomain.${CONFIGURATION}.EndpointType`, 'EDGE'),
    },
  },

  'both domains answer over IPv4 and IPv6': {
    complaints: (template) =>
      unlike(template, DOMAIN, {
        Properties: { DomainNameConfigurations: [{ IpAddressType: 'dualstack' }] },
      }),
    broken: {
      'no IPv6': set(`PlainDomain.${CONFIGURATION}.IpAddressType`, undefined),
    },
  },

  // An account may create one domain in 30 seconds.
  'the domains are made one after the other': {
    complaints: (template) => {
      const first = [resource(template, 'PlainDomain').DependsOn].flat()
      return same(first, ['MtlsDomain']) ? [] : ['both at once']
    },
    broken: {
      'domains that are made at once': set('PlainDomain.DependsOn', undefined),
    },
  },

  'only the two domains lead to the API, each to a stage of its own, whose limits it does not share': {
    complaints: (template) => {
      const found = ofType(template, 'AWS::ApiGatewayV2::ApiMapping').map(([, { Properties }]) => Properties)
      const stages = { MtlsDomain: 'HttpApiStage', PlainDomain: 'PlainStage' }
      const wanted = Object.entries(stages).map(([id, stage]) => ({
        ApiId: ref('HttpApi'),
        DomainName: ref(id),
        Stage: ref(stage),
      }))
      return same(found, wanted) ? [] : [JSON.stringify(found)]
    },
    broken: {
      'no mapping of one': set('MtlsMapping', undefined),
      'one stage for both': set('PlainMapping.Properties.Stage', ref('HttpApiStage')),
      'another API': set('PlainMapping.Properties.ApiId', ref('OtherApi')),
      'a path before the routes': set('MtlsMapping.Properties.ApiMappingKey', 'v1'),
    },
  },

  'certificates count only on the mutual-TLS domain and from this API': {
    complaints: (template) =>
      unless(lambdas(template), ({ Properties }, id) => {
        const { MTLS_DOMAINS, API_IDS } = Properties.Environment.Variables
        // The APIs of resource servers, which the settings name, call the authorizer.
        if (id === AUTHORIZER) return typeof MTLS_DOMAINS === 'string' && typeof API_IDS === 'string'
        return same([MTLS_DOMAINS, API_IDS], [ref('MtlsDomain'), ref('HttpApi')])
      }),
    broken: {
      'the plain domain': set(`${VARIABLES}.MTLS_DOMAINS`, ref('PlainDomain')),
      'a name of its own': set(`${VARIABLES}.MTLS_DOMAINS`, 'mtls.auth.example.com'),
      'no domain': set(`${VARIABLES}.MTLS_DOMAINS`, ''),
      'another API': set(`${VARIABLES}.API_IDS`, 'a1b2c3d4e5'),
      'an authorizer for this API': set(
        `${AUTHORIZER}.Properties.Environment.Variables.API_IDS`,
        ref('HttpApi'),
      ),
    },
  },
}
