// Which module may know which (dependency-cruiser): the strata of docs/architecture.md, section 2. The files beside the folders of
// `shared` are leaves, but for `answer-schema`.
const RUNTIME = '^shared/(runtime/|answer-schema[.]ts$)'
/** The part of DynamoDB that the store knows. The runtime decides which client does the work. */
const DYNAMODB = '^shared/dynamodb/dynamodb[.]ts$'
const LEAVES = '^shared/(?!answer-schema[.]ts$)[^/]+[.]ts$'
const BELOW_RUNTIME = '^shared/(certificate|refusal|store)/'
const BELOW_FACES = '^shared/(certificate|refusal|store|request|authentication|possession|gateway)/'
/** These import nothing, so every folder may use them. */
const BOTTOM = '^shared/(base64|bounded-map|constant-time|delay|json|limits)[.]ts$'
const PROVISIONING = '^infra/management/(management|problems|client-import)[.]ts$'
const MANAGEMENT_STEPS = '^functions/management/(clients|services)/(request|decide|record|secrets)[.]ts$'
const DEPLOYED = '^(functions|shared)/'

/** The files beside the folders of `infra`, which several of these need. The entry files do not belong to them. */
const GROUND = '^infra/(?!(certbound|generate)[.]ts$)[^/]+[.](ts|cjs)$'
const BELOW_AWS = '^infra/(tables|truststore|connections|management)/'

/** Packages of their own. certbound.ts and this machine start them, each by one file. */
const SATELLITES = '^infra/(console|bench|examples)/'
const STARTED_HERE = '^infra/(console/start-console|examples/examples)[.]ts$'
const COMMANDS = '^infra/(console/console|bench/bench)[.]ts$'

const SCHEMAS = '-schema[.]ts$'

const AT_RUN_TIME = { dependencyTypesNot: ['type-only'] }

const forbid = (name, from, to) => ({ name, severity: 'error', from, to })
const layer = (name, files, known) => forbid(name, { path: files }, { path: '^shared/', pathNot: known })
const room = (name, known) =>
  forbid(
    `infra-${name}`,
    { path: `^infra/${name}/` },
    { path: '^infra/', pathNot: [`^infra/${name}/`, GROUND, ...known] },
  )
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
    // Descriptions are for the reference: no deployed function carries them.
    forbid(
      'descriptions-not-deployed',
      { path: DEPLOYED },
      { path: '^(functions|shared)/.*reference[.]ts$' },
    ),
    // The strata of infra, from below. Nothing is above certbound.ts and generate.ts.
    forbid('infra-ground', { path: GROUND }, { path: '^infra/', pathNot: GROUND }),
    room('tables', []),
    room('truststore', []),
    room('package', []),
    room('connections', ['^infra/truststore/']),
    room('management', []),
    room('reference', []),
    room('aws', [BELOW_AWS, '^infra/package/']),
    room('emulator', [BELOW_AWS, STARTED_HERE]),
    room('console', ['^infra/connections/']),
    room('examples', ['^infra/connections/']),
    room('bench', ['^infra/(tables|truststore|connections|emulator)/']),
    forbid(
      'satellite-by-entry',
      { path: '^infra/', pathNot: SATELLITES },
      { path: SATELLITES, pathNot: [STARTED_HERE, COMMANDS] },
    ),
    forbid(
      'satellite-with-own-packages',
      { path: [SATELLITES, '^shared/resource-server/'] },
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    ),
    forbid(
      'console-by-web-api',
      { path: '^infra/console/' },
      { path: DEPLOYED, pathNot: '^shared/(certificate/|json[.]ts$)' },
    ),
    // Users of the library know it by its name.
    forbid(
      'examples-by-library',
      { path: '^infra/examples/' },
      { path: DEPLOYED, dependencyTypes: ['local'] },
    ),
    {
      ...forbid('no-folder-cycle', { path: '^(functions|shared|infra)/' }, { circular: true }),
      scope: 'folder',
    },

    forbid('no-function-in-shared', { path: '^shared/' }, { path: '^functions/' }),
    // A deployment has only the packages that package.json names under `dependencies`; imports of types are erased.
    forbid(
      'no-development-package',
      { path: DEPLOYED },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], ...AT_RUN_TIME },
    ),

    layer('leaf', LEAVES, [LEAVES, '^shared/certificate/']),
    layer('certificate', '^shared/certificate/', ['^shared/certificate/', BOTTOM]),
    layer('refusal', '^shared/refusal/', ['^shared/refusal/', LEAVES]),
    layer('dynamodb', '^shared/dynamodb/', ['^shared/dynamodb/', BOTTOM]),
    layer('store', '^shared/store/', [BELOW_RUNTIME, DYNAMODB, LEAVES]),
    layer('runtime', RUNTIME, [BELOW_RUNTIME, RUNTIME, '^shared/dynamodb/', LEAVES]),
    // The strict readers know no store: resource servers run them, too.
    layer('request', '^shared/request/', ['^shared/(request|refusal|certificate)/', LEAVES]),
    layer('jws', '^shared/jws/', ['^shared/(jws|request|certificate)/', LEAVES]),
    layer('dpop', '^shared/dpop/', ['^shared/(dpop|jws|request|certificate)/', LEAVES]),
    layer('gateway', '^shared/gateway/', [
      '^shared/(gateway|certificate)/',
      '^shared/runtime/settings[.]ts$',
      LEAVES,
    ]),
    layer('authentication', '^shared/authentication/', [
      '^shared/(authentication|dpop|jws|request)/',
      BELOW_RUNTIME,
      RUNTIME,
      LEAVES,
    ]),
    layer('possession', '^shared/possession/', [
      '^shared/(possession|dpop|request)/',
      BELOW_RUNTIME,
      RUNTIME,
      LEAVES,
    ]),
    layer('token', '^shared/token/', [
      '^shared/(token|possession|dpop|request)/',
      BELOW_RUNTIME,
      RUNTIME,
      LEAVES,
    ]),
    layer('metadata', '^shared/metadata/', [
      '^shared/(metadata|authentication|jws|token)/',
      BELOW_RUNTIME,
      RUNTIME,
      LEAVES,
    ]),
    layer('certificate-lists', '^shared/certificate-lists/', [
      '^shared/certificate-lists/',
      BELOW_RUNTIME,
      RUNTIME,
      LEAVES,
    ]),
    layer('lambda', '^shared/lambda/', ['^shared/lambda/', BELOW_FACES, RUNTIME, LEAVES]),

    // One function makes what the transitions of grants use up as the proof of a request.
    forbid(
      'one-time-proof',
      { path: DEPLOYED, pathNot: '^shared/possession/issuing-proof[.]ts$' },
      { path: '^shared/store/one-time-proof[.]ts$', ...AT_RUN_TIME },
    ),

    // The library for resource servers is a package of its own, which knows neither a store nor a runtime.
    layer('resource-server', '^shared/resource-server/', [
      '^shared/(resource-server|certificate|request|gateway|dpop|jws)/',
      '^shared/(base64|bounded-map|constant-time|delay|json|limits|resource-url|epoch-seconds)[.]ts$',
    ]),
    forbid(
      'resource-server-apart',
      { path: '^(functions|shared|infra)/', pathNot: '^(shared/resource-server|infra/(examples|bench))/' },
      { path: '^shared/resource-server/' },
    ),

    forbid(
      'function-to-function',
      { path: '^functions/([^/]+)/' },
      { path: '^functions/', pathNot: '^functions/$1/' },
    ),
    // Operations of one function meet in its folder `request`, which knows none of them, so their folders have no cycle.
    forbid(
      'operation-to-operation',
      { path: '^functions/([^/]+)/([^/]+)/' },
      { path: '^functions/$1/[^/]+/', pathNot: ['^functions/$1/$2/', '^functions/$1/request/'] },
    ),
    forbid(
      'lambda-in-wiring-only',
      { path: '^functions/', pathNot: '^functions/.*/(handler|routes)[.]ts$' },
      { path: '^shared/(lambda|gateway)/' },
    ),
    forbid(
      'decide-decides',
      { path: '^functions/.*/decide[.]ts$' },
      { path: '^shared/http[.]ts$|^functions/.*/respond[.]ts$' },
    ),

    only('aws-sdk', '@aws-sdk', '^shared/(dynamodb/(sdk|lean/client)|certificate-lists/fetch-s3)[.]ts$'),
    only('lambda-types', '(@types/)?aws-lambda', '^shared/gateway/'),
    only('pkijs', '(pkijs|asn1js)', '^shared/certificate/((names|subject-dn)[.]ts$|(list|path)/)'),
    only('jose', 'jose', '^shared/(dpop|jws)/'),
    only(
      'zod',
      'zod',
      '^functions/.*/(request|(settings|answer)-schema)[.]ts$|^shared/(runtime/settings|answer-schema|lazy-object)[.]ts$|^shared/(store|request|authentication|possession|token|metadata)/',
      AT_RUN_TIME,
    ),
    // Cold start: the SDK takes more time to load than all the rest.
    forbid(
      'sdk-on-demand',
      { path: DEPLOYED },
      { path: '^shared/(dynamodb/sdk|certificate-lists/fetch-s3)[.]ts$', dynamic: false, ...AT_RUN_TIME },
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
    exclude: { path: '^shared/resource-server/dist/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@certbound/source', 'import', 'node', 'default'],
    },
  },
}
