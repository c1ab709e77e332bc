// Which module may know which (dependency-cruiser). Order: certificate <- store <- runtime <- oauth <- functions.
const LEAVES = '^shared/(http|web-api|log|settings|epoch-seconds|internet|public-address)[.]ts$'
const BELOW_RUNTIME = '^shared/(certificate|store)/'
const RUNTIME = '^shared/runtime[.]ts$'
const KNOWN_TO_LAMBDA =
  '^shared/(oauth/(refusal|bearer|request-body|service-credentials)|store/(service|unavailable))[.]ts$'
const PROVISIONING = '^infra/provisioning/management[.]ts$'
const MANAGEMENT_STEPS = '^functions/management/((clients|services)/(request|endpoint)|identity)[.]ts$'
const KNOWN_TO_RESOURCE_SERVERS =
  '^shared/(certificate/.*|oauth/(bearer|scope|strict-json|compact-jws)|lambda/event)[.]ts$'
const DEPLOYED = '^(functions|shared)/'

const SCHEMAS = '-schema[.]ts$'

const AT_RUN_TIME = { dependencyTypesNot: ['type-only'] }

const forbid = (name, from, to) => ({ name, severity: 'error', from, to })
const layer = (name, files, known) => forbid(name, { path: files }, { path: '^shared/', pathNot: known })
const only = (name, packages, importers, kinds = {}) =>
  forbid(name, { path: DEPLOYED, pathNot: importers }, { path: `(^|/)node_modules/${packages}/`, ...kinds })

module.exports = {
  forbidden: [
    forbid('no-cycle', {}, { circular: true }),
    forbid(
      'no-orphan',
      { orphan: true, path: '^(functions|shared|infra)/.*[.]ts$', pathNot: '[.]d[.]ts$' },
      {},
    ),
    forbid('no-unresolved', {}, { couldNotResolve: true }),
    forbid('no-barrel', {}, { path: '(^|/)index[.]ts$', pathNot: 'node_modules' }),
    forbid('no-test-in-source', { pathNot: '^(test/|[^/]+$)' }, { path: '^test/' }),
    forbid('no-infra-in-deployed', { path: DEPLOYED }, { path: '^infra/' }),
    forbid(
      'infra-by-routes',
      { path: '^infra/', pathNot: ['^infra/reference/', PROVISIONING] },
      { path: '^functions/', pathNot: '/routes[.]ts$' },
    ),
    // The first service is made by the steps of the management API, before anybody has credentials for it.
    forbid(
      'provisioning-by-management',
      { path: PROVISIONING },
      { path: '^functions/', pathNot: MANAGEMENT_STEPS },
    ),
    // The reference is made from what routes take and answer.
    forbid(
      'reference-by-schemas',
      { path: '^infra/reference/' },
      { path: '^functions/', pathNot: '/(routes|request|(answer|settings)-schema)[.]ts$' },
    ),
    // Cold start: no answer is parsed, so types are all that is needed.
    forbid(
      'answer-schemas-as-types',
      { path: DEPLOYED, pathNot: SCHEMAS },
      { path: '(^|[/-])(answer|active-token|metadata)-schema[.]ts$', ...AT_RUN_TIME },
    ),
    forbid('no-function-in-shared', { path: '^shared/' }, { path: '^functions/' }),
    // What is deployed is what package.json names under `dependencies`; types alone are erased.
    forbid(
      'no-development-package',
      { path: DEPLOYED },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], ...AT_RUN_TIME },
    ),

    layer('leaf', LEAVES, LEAVES),
    layer('certificate', '^shared/certificate/', ['^shared/certificate/']),
    layer('store', '^shared/store/', [BELOW_RUNTIME, LEAVES]),
    layer('runtime', RUNTIME, [BELOW_RUNTIME, LEAVES]),
    layer('oauth', '^shared/oauth/', ['^shared/oauth/', RUNTIME, BELOW_RUNTIME, LEAVES]),
    layer('lambda', '^shared/lambda/', ['^shared/lambda/', KNOWN_TO_LAMBDA, RUNTIME, LEAVES]),

    // What resource servers run, published on its own: it knows neither a store nor a runtime.
    layer('resource-server', '^shared/resource-server/', [
      '^shared/resource-server/',
      KNOWN_TO_RESOURCE_SERVERS,
    ]),
    forbid(
      'resource-server-apart',
      { path: '^(functions|shared)/', pathNot: '^shared/resource-server/' },
      { path: '^shared/resource-server/' },
    ),

    forbid(
      'function-to-function',
      { path: '^functions/([^/]+)/' },
      { path: '^functions/', pathNot: '^functions/$1/' },
    ),
    forbid(
      'lambda-in-wiring-only',
      { path: '^functions/', pathNot: '^functions/[^/]+/(handler|routes)[.]ts$' },
      { path: '^shared/lambda/' },
    ),
    forbid(
      'endpoint-decides',
      { path: '^functions/.*/endpoint[.]ts$' },
      { path: '^shared/http[.]ts$|^functions/.*/response[.]ts$' },
    ),

    only('aws-sdk', '@aws-sdk', '^shared/store/'),
    only('lambda-types', '(@types/)?aws-lambda', '^shared/lambda/'),
    only(
      'pkijs',
      '(pkijs|asn1js)',
      '^shared/certificate/(names|subject-dn|chain|path-constraints|name-constraints)[.]ts$',
    ),
    only('jose', 'jose', '^shared/(oauth|resource-server)/'),
    only('pino', 'pino', '^shared/log[.]ts$'),
    only(
      'zod',
      'zod',
      '^functions/.*/(request|(settings|answer)-schema)[.]ts$|^shared/settings[.]ts$|^shared/(store|oauth)/',
      AT_RUN_TIME,
    ),
    // Cold start: these load where the need arises, by `import()`.
    forbid(
      'load-on-demand',
      { path: DEPLOYED },
      { path: '(^|/)node_modules/(pkijs|asn1js|jose)/', dynamic: false, ...AT_RUN_TIME },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
  },
}
