/** One number under a name, with its labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A gauge and its samples, as Prometheus counts them. */
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Gauges in Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats, 0.0.4); gauges of one name share one head. */
export function exposition(gauges: readonly Gauge[]): string {
  const names = [...new Set(gauges.map(({ name }) => name))];
  return names
    .flatMap((name) => {
      const same = gauges.filter((gauge) => gauge.name === name);
      const lines = same.flatMap(({ samples }) => samples.map((sample) => sampleLine(name, sample)));
      return lines.length === 0 ? [] : [`# HELP ${name} ${same[0]?.help}`, `# TYPE ${name} gauge`, ...lines];
    })
    .map((line) => `${line}\n`)
    .join('');
}

function sampleLine(name: string, { labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
