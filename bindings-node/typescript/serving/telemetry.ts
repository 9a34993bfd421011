// The section `telemetry` of a server's options: what is told of its work, and where.

/** A secret: the text itself, or where it is. */
export type SecretText = string | { env: string } | { file: string };

/** What is told of a server's work, and where. A part that is absent is off; `true` stands for all of its defaults. */
export interface TelemetryOptions {
  /** A line of JSON for every operation. */
  logs?: boolean | TelemetryLogs | undefined;
  /** Counts for Prometheus. */
  metrics?: TelemetryMetrics | undefined;
  /** A page for people. */
  dashboard?: TelemetryDashboard | undefined;
  /** Answers whoever asks over HTTP whether the server is there, and takes requests. */
  health?: boolean | TelemetryHealth | undefined;
  /** Spans and counts for a collector of OpenTelemetry. */
  otlp?: boolean | TelemetryOtlp | undefined;
  /** What the server is called in them; its own name, if absent. */
  serviceName?: string | undefined;
  readonly [option: string]: unknown;
}

/** Where lines go. */
export interface TelemetryLogs {
  /** The file that they are appended to; standard error, if absent. */
  path?: string | undefined;
  /** Only what failed, was refused or took at least this long. Seconds. */
  slowerThanSeconds?: number | undefined;
  /** Whether lines name who asked. Default false. */
  principals?: boolean | undefined;
  readonly [option: string]: unknown;
}

/** Where counts are read. Either of `token` and `public` has to be there. */
export interface TelemetryMetrics {
  /** Default `/metrics`. */
  path?: string | undefined;
  /** What whoever reads them has to show: 16 bytes at least. */
  token?: SecretText | undefined;
  /** Whether everybody may read them. */
  public?: boolean | undefined;
  readonly [option: string]: unknown;
}

/** Where the page for people is. */
export interface TelemetryDashboard {
  /** Default `/dashboard`. */
  path?: string | undefined;
  /** What whoever reads it has to show, as a bearer token or the password of any name: 16 bytes at least. */
  token: SecretText;
  readonly [option: string]: unknown;
}

/** Where it is asked whether the server is there. */
export interface TelemetryHealth {
  /** Whether it runs; default `/health`. */
  path?: string | undefined;
  /** Whether it takes requests; default `/ready`. */
  readyPath?: string | undefined;
  readonly [option: string]: unknown;
}

/** How spans and counts go to a collector: OTLP over HTTP, as JSON. */
export interface TelemetryOtlp {
  /** Its URL; `OTEL_EXPORTER_OTLP_ENDPOINT` or `http://127.0.0.1:4318`, if absent. */
  endpoint?: string | undefined;
  /** Headers that every request has besides. */
  headers?: Readonly<Record<string, SecretText>> | undefined;
  /** Whether spans go there. Default true. */
  traces?: boolean | undefined;
  /** Whether counts go there. Default true. */
  metrics?: boolean | undefined;
  /** Which part of the traces that begin here is recorded, from 0 to 1. Default 1. */
  sampleRatio?: number | undefined;
  /** How long a span waits for others. Seconds; default 5. */
  intervalSeconds?: number | undefined;
  /** How often counts go. Seconds; default 60. */
  metricsIntervalSeconds?: number | undefined;
  /** How many spans may wait. Default 2048. */
  queue?: number | undefined;
  /** Certificate authorities (PEM) to trust besides the usual ones. */
  caFile?: string | undefined;
  /** Whether it may go unencrypted to another machine. Default false. */
  plain?: boolean | undefined;
  /** Whether spans name resources by their URI, and who asked. Default false. */
  details?: boolean | undefined;
  readonly [option: string]: unknown;
}
