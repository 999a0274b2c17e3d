# docker build -t fevm-gateway . && docker run --rm -p 8545:8545 fevm-gateway
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8545
# whoever can reach the port can use every account: publish it to this machine only
ENTRYPOINT ["node", "dist/cli/main.js", "dev", "--host", "0.0.0.0", "--data-dir", "/data"]
HEALTHCHECK --interval=5s --timeout=2s --start-period=5s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8545/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
