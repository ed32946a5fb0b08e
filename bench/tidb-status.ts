/** What TiDB's status port answers. */
export const tidbStatus = JSON.stringify({ connections: 1, version: '8.0.11-TiDB-v8.5.0', git_hash: 'bench' });
