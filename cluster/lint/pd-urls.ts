import { microserviceNames } from '../components/microservices.js';
import type { Sourced } from '../documents/origin.js';
import type { Report, Rule, Subject } from './rule.js';

const pdUrls = ['client-urls', 'peer-urls', 'advertise-client-urls', 'advertise-peer-urls', 'initial-cluster', 'join'];
const serviceUrls = ['listen-addr', 'advertise-listen-addr', 'backend-endpoints'];

export const plaintextUrl: Rule = {
  code: 'plaintext-url',
  severity: 'fail',
  title: 'http in the URLs of PD or of a PD microservice although certificates are set',
  run: (subject) =>
    subject.paths[1]?.set === undefined
      ? []
      : urlsOf(subject).flatMap(({ key, found, plain, urls }) =>
          plain === urls ? [report(key, found, plaintextMessage(key, subject))] : [],
        ),
};

export const mixedSchemes: Rule = {
  code: 'mixed-schemes',
  severity: 'fail',
  title: 'https and http URLs in one setting: PD serves both on one port',
  run: (subject) =>
    urlsOf(subject).flatMap(({ key, found, plain, urls }) =>
      plain > 0 && plain < urls
        ? [report(key, found, `${key} has https and http: the plaintext URL accepts every client`)]
        : [],
    ),
};

function urlsOf({ values, described }: Subject) {
  const keys = described.component === 'pd' ? pdUrls : serviceUrls;
  const applies = ['pd', ...microserviceNames].includes(described.component);
  return (applies ? keys : []).flatMap((key) => {
    const found = values.string(key);
    const urls = found?.value.split(',') ?? [];
    const plain = urls.filter((url) => url.includes('http://')).length;
    return found === undefined || plain === 0 ? [] : [{ key, found, plain, urls: urls.length }];
  });
}

function plaintextMessage(key: string, { described }: Subject): string {
  const service = described.component !== 'pd';
  const effect = service ? 'callers send plaintext to a TLS port' : 'PD serves plaintext';
  const unless = described.completeness === 'flags' ? ', unless a flag overrides it' : '';
  return `${key} is http although certificates are set: ${effect}${unless}`;
}

function report(key: string, found: Sourced<string>, message: string): Report {
  return {
    origin: found.origin,
    message,
    remediation: `write ${key} = "${found.value.replaceAll('http://', 'https://')}"`,
  };
}
