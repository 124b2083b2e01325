# One stage: TypeScript runs directly, so the image holds the sources and the production dependencies.
FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image brings Node 24 itself, so the pinned copies of it are left out; sharp's platform binaries are optional
# dependencies too, and stay.
RUN npm ci --omit=dev && rm -rf node_modules/node-linux-* node_modules/.bin/node && npm cache clean --force
COPY src src
COPY routes routes
COPY schemas schemas
COPY config config
RUN mkdir data && chown node:node data
USER node
ENV GATEWAY__SERVER__HOST=0.0.0.0
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Not npm: it would stand between the process and its signals.
CMD ["node", "src/main.ts", "serve"]
