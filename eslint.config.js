import eslint from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

const NO_DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name; a default export has a different name at every import.',
}
const NO_UNBOUND_CATCH = {
  selector: 'CatchClause[param=null]',
  message: 'Name the error: convert it with `cause`, or rethrow what is not the one you expect.',
}
/** By itself the compiler looks only at the members that a literal names, not at those of a spread. */
const ANSWERS_BY_SCHEMA = [
  {
    selector:
      ':not(CallExpression[callee.name="answer"]) > ObjectExpression > SpreadElement:not([argument.callee.name="success"])',
    message:
      'Make an answer with a spread by `answer(...)`, so that a member without its schema does not compile.',
  },
  {
    selector: 'CallExpression[callee.name="answer"] > ObjectExpression > Property > ObjectExpression',
    message:
      'Make the inner object by a function with a declared type: `answer(...)` checks only the outer one.',
  },
]
const NO_FOCUS = {
  selector: 'MemberExpression[property.name=/^(only|skip|skipIf|runIf|todo)$/]',
  message: 'No focused, skipped or planned tests.',
}

export default defineConfig(
  globalIgnores(['**/dist/', 'coverage/', '.certbound/', '.serverless/', '.cache/']),
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    languageOptions: { parserOptions: { project: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'max-depth': ['error', 3],
      'max-lines': ['error', 250],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, NO_UNBOUND_CATCH],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { caughtErrors: 'all', ignoreRestSiblings: true }],
      // A number in a message reads as it should; objects and undefined stay refused.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => server.close()` and `return refuse(response)` are plain; the rule would ask for more lines.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // It asks for `!`, which strict refuses.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // Every cast to a class of a package, also where the package itself made the object.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // There are no enums (erasableSyntaxOnly), and the rule is slow.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      // Interfaces for records, aliases for what a function returns: both are wanted.
      '@typescript-eslint/consistent-type-definitions': 'off',
    },
  },
  {
    files: ['functions/**', 'shared/**'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['functions/**/respond.ts', 'shared/token/active-token.ts', 'shared/metadata/metadata.ts'],
    // Its context has no schema.
    ignores: ['functions/authorizer/**'],
    rules: {
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, NO_UNBOUND_CATCH, ...ANSWERS_BY_SCHEMA],
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true }],
    },
  },
  {
    // Tables of data.
    files: ['shared/refusal/**', '**/*schema*'],
    rules: { 'max-lines': 'off', 'max-lines-per-function': 'off' },
  },
  {
    files: ['test/**'],
    rules: {
      'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT, NO_UNBOUND_CATCH, NO_FOCUS],
      // A `describe` is one function however many tests it has.
      'max-lines-per-function': 'off',
      // A fixture that needs no other one has to show it by `{}`.
      'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }],
    },
  },
  {
    // Tools require a default export in their configuration, and the types of packages have one.
    files: ['*.config.{js,ts}', '**/*.d.ts'],
    rules: { 'no-restricted-syntax': ['error', NO_UNBOUND_CATCH] },
  },
  {
    files: ['**/*.{js,cjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', module: 'writable' } },
  },
  {
    // What a browser has.
    files: ['infra/console/assets/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'document',
          'navigator',
          'Element',
          'Event',
          'fetch',
          'FormData',
          'atob',
          'btoa',
          'setInterval',
          'setTimeout',
          'clearTimeout',
          'AbortController',
          'DOMParser',
          'URLSearchParams',
          'history',
          'location',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { globals: { __dirname: 'readonly', require: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
)
