import {
  type Lambda,
  lambdas,
  ofType,
  properties,
  ref,
  type Rules,
  same,
  type Template,
  unless,
} from './template.ts'

interface DomainName {
  DomainName: string
  DomainNameConfigurations: { EndpointType: string; SecurityPolicy: string; CertificateArn: unknown }[]
  MutualTlsAuthentication?: { TruststoreUri?: string; TruststoreVersion?: string }
}
interface ApiMapping {
  ApiId: unknown
  DomainName: unknown
  Stage: unknown
}

const domains = (template: Template) => ofType<DomainName>(template, 'AWS::ApiGatewayV2::DomainName')
const mutualTls = (template: Template) =>
  domains(template).filter(([, { Properties }]) => Properties.MutualTlsAuthentication !== undefined)
const domain = (template: Template, id: string) => properties<DomainName>(template, id)
const mapping = (template: Template, id: string) => properties<ApiMapping>(template, id)

/** A certificate counts only where it was demanded, and no way leads around it. */
export const DOMAIN_RULES: Rules = {
  'the API answers on custom domains only': {
    complaints: (template) =>
      unless(
        ofType<{ DisableExecuteApiEndpoint?: boolean }>(template, 'AWS::ApiGatewayV2::Api'),
        ({ Properties }) => Properties.DisableExecuteApiEndpoint === true,
      ),
    broken: {
      'the execute-api endpoint on': (template) =>
        (properties<{ DisableExecuteApiEndpoint: boolean }>(template, 'HttpApi').DisableExecuteApiEndpoint =
          false),
      'the execute-api endpoint left at its default': (template) =>
        delete template.Resources['HttpApi']?.Properties['DisableExecuteApiEndpoint'],
    },
  },

  'there is one API, one mutual-TLS domain and one plain domain': {
    complaints: (template) => {
      const found = [
        Object.keys(Object.fromEntries(ofType(template, 'AWS::ApiGatewayV2::Api'))),
        mutualTls(template).map(([id]) => id),
        domains(template).map(([id]) => id),
      ]
      return same(found, [['HttpApi'], ['MtlsDomain'], ['MtlsDomain', 'PlainDomain']]) ? [] : [String(found)]
    },
    broken: {
      'no mutual TLS': (template) => delete domain(template, 'MtlsDomain').MutualTlsAuthentication,
      'mutual TLS on both': (template) =>
        (domain(template, 'PlainDomain').MutualTlsAuthentication = { TruststoreUri: 's3://bucket/key' }),
      'a third domain': (template) =>
        (template.Resources['Other'] = structuredClone(template.Resources['PlainDomain']) as never),
    },
  },

  'the domain names its trust store with a version': {
    complaints: (template) =>
      unless(mutualTls(template), ({ Properties: { MutualTlsAuthentication: store } }) =>
        [
          /^s3:\/\/[^/]+\/.+$/.test(store?.TruststoreUri ?? ''),
          (store?.TruststoreVersion ?? '') !== '',
        ].every(Boolean),
      ),
    broken: {
      'no version': (template) =>
        delete domain(template, 'MtlsDomain').MutualTlsAuthentication?.TruststoreVersion,
      'no trust store': (template) =>
        (domain(template, 'MtlsDomain').MutualTlsAuthentication = {
          TruststoreUri: '',
          TruststoreVersion: '1',
        }),
    },
  },

  'both domains are Regional and speak TLS 1.2 or later': {
    complaints: (template) =>
      unless(domains(template), ({ Properties }) =>
        same(
          Properties.DomainNameConfigurations.map(({ EndpointType, SecurityPolicy }) => [
            EndpointType,
            SecurityPolicy,
          ]),
          [['REGIONAL', 'TLS_1_2']],
        ),
      ),
    broken: {
      'an old TLS': (template) => {
        for (const configuration of domain(template, 'PlainDomain').DomainNameConfigurations)
          configuration.SecurityPolicy = 'TLS_1_0'
      },
      'a policy that cannot be combined with mutual TLS': (template) => {
        for (const configuration of domain(template, 'MtlsDomain').DomainNameConfigurations)
          configuration.SecurityPolicy = 'SecurityPolicy_TLS13_1_3_2025_09'
      },
      'an edge endpoint': (template) => {
        for (const configuration of domain(template, 'MtlsDomain').DomainNameConfigurations)
          configuration.EndpointType = 'EDGE'
      },
    },
  },

  'only the two domains lead to the API': {
    complaints: (template) => {
      const mappings = ofType<ApiMapping>(template, 'AWS::ApiGatewayV2::ApiMapping')
      const found = mappings.map(([, { Properties }]) => Properties)
      const wanted = ['MtlsDomain', 'PlainDomain'].map((id) => ({
        ApiId: ref('HttpApi'),
        DomainName: ref(id),
        Stage: ref('HttpApiStage'),
      }))
      return same(found, wanted) ? [] : [JSON.stringify(found)]
    },
    broken: {
      'no mapping of one': (template) => delete template.Resources['MtlsMapping'],
      'another API': (template) => (mapping(template, 'PlainMapping').ApiId = ref('OtherApi')),
      'a path before the routes': (template) =>
        void Object.assign(mapping(template, 'MtlsMapping'), { ApiMappingKey: 'v1' }),
    },
  },

  'certificates count only on the mutual-TLS domain and from this API': {
    complaints: (template) =>
      unless(lambdas(template), ({ Properties }, id) => {
        const { MTLS_DOMAINS, API_IDS } = Properties.Environment.Variables
        // The APIs of resource servers ask it, which the settings name.
        if (id === AUTHORIZER) return typeof MTLS_DOMAINS === 'string' && typeof API_IDS === 'string'
        return same([MTLS_DOMAINS, API_IDS], [ref('MtlsDomain'), ref('HttpApi')])
      }),
    broken: {
      'the plain domain': (template) => (variables(template)['MTLS_DOMAINS'] = ref('PlainDomain')),
      'a name of its own': (template) => (variables(template)['MTLS_DOMAINS'] = 'mtls.auth.example.com'),
      'no domain': (template) => (variables(template)['MTLS_DOMAINS'] = ''),
      'another API': (template) => (variables(template)['API_IDS'] = 'a1b2c3d4e5'),
      'an authorizer for this API': (template) =>
        (properties<Lambda>(template, AUTHORIZER).Environment.Variables['API_IDS'] = ref('HttpApi')),
    },
  },
}

const AUTHORIZER = 'AuthorizerLambdaFunction'

function variables(template: Template): Record<string, unknown> {
  const [first] = lambdas(template)
  if (first === undefined) throw new Error('no function')
  return first[1].Properties.Environment.Variables
}
