import { verifyByGo, verifyByGoEtcd } from './go.js';
import { verifyByGrpcCore } from './grpc-core.js';
import { verifyByOpenssl } from './openssl.js';
import type { Verifier, VerifierName } from './verifier.js';

export const verifiers: Readonly<Record<VerifierName, Verifier>> = {
  go: verifyByGo,
  'go-etcd': verifyByGoEtcd,
  'grpc-core': verifyByGrpcCore,
  openssl: verifyByOpenssl,
};
