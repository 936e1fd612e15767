#include <pthread.h>
#include <stdlib.h>

// Most tests wait for processes, and Swift runs no more of them at once than there are cores: two
// cores would stand idle half of the time. So what Swift runs gets threads of its own, more than
// there are cores. A test that waits is a thread that sleeps.
enum { testsAtOnce = 6 };

// Of Swift's runtime: what it calls in place of its own queue, where that is set.
typedef struct Job Job;
typedef __attribute__((swiftcall)) void (*Enqueue)(Job *);
extern __attribute__((swiftcall)) void (*swift_task_enqueueGlobal_hook)(Job *, Enqueue);

typedef struct {
  void *identity, *implementation;
} Executor;
extern __attribute__((swiftcall)) void swift_job_run(Job *, Executor);

typedef struct Entry {
  Job *job;
  struct Entry *next;
} Entry;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t hasSome = PTHREAD_COND_INITIALIZER;
static pthread_once_t begun = PTHREAD_ONCE_INIT;
static Entry *first = NULL, **end = &first;

static void *work(void *unused) {
  for (;;) {
    pthread_mutex_lock(&lock);
    while (first == NULL) pthread_cond_wait(&hasSome, &lock);
    Entry *entry = first;
    first = entry->next;
    if (first == NULL) end = &first;
    pthread_mutex_unlock(&lock);
    Job *job = entry->job;
    free(entry);
    swift_job_run(job, (Executor){NULL, NULL});
  }
  return unused;
}

static void begin(void) {
  for (int count = 0; count < testsAtOnce; count++) {
    pthread_t thread;
    // With none at all the tests would wait for ever.
    if (pthread_create(&thread, NULL, work, NULL) != 0 && count == 0) abort();
  }
}

static __attribute__((swiftcall)) void enqueue(Job *job, Enqueue original) {
  (void)original;
  pthread_once(&begun, begin);
  Entry *entry = malloc(sizeof(Entry));
  if (entry == NULL) abort();
  *entry = (Entry){job, NULL};
  pthread_mutex_lock(&lock);
  *end = entry;
  end = &entry->next;
  pthread_cond_signal(&hasSome);
  pthread_mutex_unlock(&lock);
}

__attribute__((constructor)) static void widen(void) { swift_task_enqueueGlobal_hook = enqueue; }
