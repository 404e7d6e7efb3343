// The imports of the house (design: one direction). Each folder lists what it may import besides itself and `core`.
const may = {
  core: [],
  config: [],
  model: [],
  analysis: ['model'],
  pce: ['model'],
  changes: ['model', 'pce', 'store'],
  work: ['model'],
  store: [],
  access: ['store'],
  answer: ['model'],
  tools: ['model', 'analysis', 'changes', 'answer', 'work', 'pce'],
  prompts: ['model', 'analysis', 'changes', 'answer', 'work', 'pce'],
  resources: ['model', 'analysis', 'changes', 'answer', 'work', 'pce'],
  dispatch: [
    'model',
    'analysis',
    'changes',
    'answer',
    'work',
    'pce',
    'tools',
    'prompts',
    'resources',
    'access',
    'store',
    'config',
  ],
  simulator: ['model'],
  transports: ['dispatch', 'access', 'config', 'store'],
};

const folders = Object.entries(may).map(([folder, allowed]) => ({
  name: `${folder}-imports-only-what-it-may`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^src/', pathNot: `^src/(${[folder, 'core', ...allowed].join('|')})/` },
}));

export default {
  forbidden: [
    ...folders,
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'nothing-imports-cli', severity: 'error', from: { pathNot: '^src/cli/' }, to: { path: '^src/cli/' } },
    {
      name: 'only-dispatch-and-transports-know-the-sdk',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(dispatch|transports|cli)/|\\.test\\.ts$' },
      to: { path: 'node_modules/@modelcontextprotocol' },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
