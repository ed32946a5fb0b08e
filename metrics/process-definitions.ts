/** Metrics of every process of this program; `aggregator` combines those of several workers. */
export const processDefinitions = {
  descriptors: {
    name: 'tidb_mtls_open_descriptors',
    type: 'gauge',
    help: 'Open file descriptors of the process; with several workers, the highest number of one worker.',
    labels: [],
    aggregator: 'max',
    when: 'on Linux, always',
  },
  descriptorLimit: {
    name: 'tidb_mtls_open_descriptors_limit',
    type: 'gauge',
    help: 'Limit of open file descriptors of the process; at the limit, new connections are reset.',
    labels: [],
    aggregator: 'max',
    when: 'on Linux, always',
  },
} as const;
