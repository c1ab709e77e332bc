import { ESLint } from 'eslint'
import ts from 'typescript'
import { ROOT } from '../infra/root.ts'

// This file does the work of `npm run types` and `npm run lint` over one program: both spend most of it on the types.
const { config } = ts.readConfigFile(`${ROOT}/tsconfig.json`, (path) => ts.sys.readFile(path)) as {
  config: unknown
}
const { fileNames, options, errors } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
const program = ts.createProgram({ rootNames: fileNames, options, configFileParsingDiagnostics: errors })

const wrongTypes = ts.getPreEmitDiagnostics(program)
if (wrongTypes.length > 0) {
  const host = { ...ts.sys, getCanonicalFileName: (name: string) => name, getCurrentDirectory: () => ROOT }
  console.error(ts.formatDiagnostics(wrongTypes, { ...host, getNewLine: () => '\n' }))
  process.exitCode = 1
}

const eslint = new ESLint({
  cwd: ROOT,
  overrideConfig: {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: null, programs: [program] } },
  },
})
const results = await eslint.lintFiles(['.'])
// A warning counts as an error, as with --max-warnings 0.
if (results.some(({ messages }) => messages.length > 0)) {
  const formatter = await eslint.loadFormatter()
  console.error(await formatter.format(results))
  process.exitCode = 1
}
