//! Requests: own ones, and those of others.

use std::collections::HashMap;

use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::BoxFuture;
use libp2p::PeerId;
use libp2p::request_response::{Event, InboundFailure, Message, OutboundFailure, OutboundRequestId, ResponseChannel};
use nora_core::{PeerKey, codec};

use super::Driver;
use crate::config::{MAX_IN_FLIGHT, MAX_INBOUND, MAX_INBOUND_PER_PEER};
use crate::event::{NetEvent, Reply};
use crate::handle::{self, NetError};
use crate::identity::to_peer_id;
use crate::protocol::{MAX_MESSAGE, Refusal, Request, Response};

/// Own requests under way.
pub(super) type Pending = HashMap<OutboundRequestId, handle::Answer<Vec<u8>>>;

/// The consumer's answer to a request, or `None` if it dropped the reply.
pub(super) struct Answer {
    peer: PeerId,
    channel: ResponseChannel<Vec<u8>>,
    response: Option<Response>,
}

/// A request of another peer that waits for the consumer.
pub(super) type Answered = BoxFuture<'static, Answer>;

impl Driver {
    pub(super) fn ask(&mut self, to: PeerKey, frame: Vec<u8>, answer: handle::Answer<Vec<u8>>) {
        let Some(peer) = to_peer_id(&to) else {
            let _ = answer.send(Err(NetError::BadKey));
            return;
        };
        if self.pending.len() >= MAX_IN_FLIGHT {
            let _ = answer.send(Err(NetError::Busy));
            return;
        }
        let id = self.swarm.behaviour_mut().requests.send_request(&peer, frame);
        self.pending.insert(id, answer);
    }

    pub(super) fn on_requests(&mut self, event: Event<Vec<u8>, Vec<u8>>) {
        match event {
            Event::Message {
                peer,
                message: Message::Request { request, channel, .. },
                ..
            } => {
                self.on_request(peer, &request, channel);
            }
            Event::Message {
                message: Message::Response { request_id, response },
                ..
            } => {
                if let Some(answer) = self.pending.remove(&request_id) {
                    let _ = answer.send(Ok(response));
                }
            }
            Event::OutboundFailure {
                peer,
                request_id,
                error,
                ..
            } => {
                let error = match error {
                    OutboundFailure::Timeout => NetError::Timeout,
                    OutboundFailure::Io(e) => {
                        self.strike(peer, format!("answer: {e}"));
                        NetError::BadAnswer(e.to_string())
                    }
                    e => NetError::Unreachable(e.to_string()),
                };
                if let Some(answer) = self.pending.remove(&request_id) {
                    let _ = answer.send(Err(error));
                }
            }
            Event::InboundFailure {
                peer,
                error: InboundFailure::Io(e),
                ..
            } => {
                self.strike(peer, format!("request: {e}"));
            }
            Event::InboundFailure { .. } | Event::ResponseSent { .. } => {}
        }
    }

    fn on_request(&mut self, peer: PeerId, frame: &[u8], channel: ResponseChannel<Vec<u8>>) {
        let Some(known) = self.peers.get_mut(&peer) else { return };
        if known.asking >= MAX_INBOUND_PER_PEER || self.answers.len() >= MAX_INBOUND {
            self.refuse(channel, Refusal::Busy("too many requests at once".to_owned()));
            return;
        }
        let key = known.key;
        let request: Request = match codec::decode(frame, MAX_MESSAGE) {
            Ok(request) => request,
            Err(e) => {
                self.refuse(channel, Refusal::Malformed(e.to_string()));
                self.strike(peer, format!("request: {e}"));
                return;
            }
        };
        let (reply, answer) = oneshot::channel();
        let event = NetEvent::Inbound {
            peer: key,
            request,
            reply: Reply(reply),
        };
        if !self.outbox.offer(event, frame.len()) {
            self.refuse(channel, Refusal::Busy("not keeping up".to_owned()));
            return;
        }
        if let Some(known) = self.peers.get_mut(&peer) {
            known.asking += 1;
        }
        self.answers.push(
            async move {
                Answer {
                    peer,
                    channel,
                    response: answer.await.ok(),
                }
            }
            .boxed(),
        );
    }

    pub(super) fn on_answer(&mut self, answer: Answer) {
        if let Some(known) = self.peers.get_mut(&answer.peer) {
            known.asking = known.asking.saturating_sub(1);
        }
        // Without an answer the stream is closed by dropping its channel.
        let Some(response) = answer.response else { return };
        let mut frame = codec::encode(&response);
        if frame.len() > MAX_MESSAGE {
            tracing::error!(bytes = frame.len(), "answer is too large to send");
            frame = codec::encode(&Response::Refused(Refusal::Busy("the answer is too large".to_owned())));
        }
        self.send(answer.channel, frame);
    }

    fn refuse(&mut self, channel: ResponseChannel<Vec<u8>>, why: Refusal) {
        self.send(channel, codec::encode(&Response::Refused(why)));
    }

    fn send(&mut self, channel: ResponseChannel<Vec<u8>>, frame: Vec<u8>) {
        // Fails only if the peer is gone.
        let _ = self.swarm.behaviour_mut().requests.send_response(channel, frame);
    }
}
