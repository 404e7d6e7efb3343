# The server as an image: stdio by default, HTTP with the argument `http`. Root file system read-only, user without rights.
#   docker build -t illumio-mcp .
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
# A mirror of the package registry, where the build reaches no other.
ARG NPM_CONFIG_REGISTRY
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# Nothing is compiled; the only scripts would fetch a second Node.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY CHANGELOG.md ./
COPY scripts scripts
COPY src src
RUN npm run -s build

FROM ${NODE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="illumio-mcp" \
      org.opencontainers.image.description="MCP server that sees, plans, changes and proves microsegmentation policy on an Illumio PCE" \
      org.opencontainers.image.licenses="GPL-3.0-or-later" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      io.modelcontextprotocol.server.name="io.github.illumio-mcp/illumio-mcp"
# In a container every address is the container's own; MCP_ALLOWED_HOSTS still says which names are answered.
ENV NODE_ENV=production \
    DOCKER_CONTAINER=true \
    MCP_HTTP_HOST=0.0.0.0 \
    MCP_STATE_DIR=/data \
    MCP_KEYSTORE_PATH=/data/keys.db
RUN mkdir -p /data /var/log/illumio-mcp && chown 1000:1000 /data /var/log/illumio-mcp
COPY --from=build /src/package.json /app/package.json
COPY --from=build /src/dist /app/dist
COPY LICENSE /app/LICENSE
COPY deploy/docker/health.ts /app/health.ts
WORKDIR /app
USER 1000:1000
VOLUME ["/data", "/var/log/illumio-mcp"]
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["node", "/app/health.ts"]
ENTRYPOINT ["node", "/app/dist/illumio-mcp.js"]
