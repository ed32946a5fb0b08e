/** What a process of ours says of itself; of several workers, the one that is worst off. */
export const processDefinitions = {
  descriptors: {
    name: 'tidb_mtls_open_descriptors',
    type: 'gauge',
    help: 'File descriptors that the process holds; of several workers, the most that one holds.',
    labels: [],
    aggregator: 'max',
    when: 'on Linux, always',
  },
  descriptorLimit: {
    name: 'tidb_mtls_open_descriptors_limit',
    type: 'gauge',
    help: 'File descriptors that a process may hold; at the limit, new connections are reset.',
    labels: [],
    aggregator: 'max',
    when: 'on Linux, always',
  },
} as const;
