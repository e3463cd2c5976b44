/** Version of this daemon, as `GET /v1/info` gives it. */
export const version = "0.1.0";
