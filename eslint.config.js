import { defineConfig } from 'eslint/config';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { folderRule } from './tools/folder-rules.js';

const clockAndEnv = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Time is injected below the composition roots: take `now: () => Date`.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Time is injected below the composition roots: take `now: () => Date`.',
  },
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'The environment is read by the composition roots only.',
  },
  {
    selector: "CallExpression[callee.name='fetch']",
    message: 'Targets are reached through the guarded agent; take `fetch` as an argument.',
  },
];

export default defineConfig(
  { ignores: ['dist', 'node_modules', '.data', 'src/sandbox/page'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { 'import-x': importX, tminus: { rules: { folders: folderRule } } },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    settings: {
      'import-x/resolver-next': [createTypeScriptImportResolver()],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/extensions': ['.ts', '.js'],
    },
    rules: {
      'tminus/folders': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 3],
      // `modified` counts an exhaustive switch over a closed union as one branch: that is our way to handle unions.
      complexity: ['error', { max: 12, variant: 'modified' }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/main.ts', 'src/cli/**', 'src/sandbox/**', 'src/demo/**', '**/*.test.ts'],
    rules: { 'no-restricted-syntax': ['error', ...clockAndEnv] },
  },
  {
    // Composition roots and the terminal: printing is their job.
    files: ['src/main.ts', 'src/cli/**', 'bench/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-params': 'off',
      // Assertions on parsed JSON read better without a type for every answer.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
    },
  },
  {
    // A repository is one object of small functions, a migration one list of statements: neither is a long function.
    files: ['src/db/**/*.ts', 'migrations/**/*.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  { files: ['vitest.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
);
