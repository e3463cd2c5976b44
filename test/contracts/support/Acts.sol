// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketState} from "../../../contracts/interfaces/IStorageMarket.sol";
import {DealTerms} from "../../../contracts/libraries/DealTerms.sol";
import {Stored} from "./Stored.sol";
import {TestPieces} from "./TestPieces.sol";
import {World} from "./World.sol";

/// @notice All that the parties of a market may do, each act only when it is valid: none of them may revert.
/// Each takes plain numbers, so that a fuzzer and a seeded test can both play it.
abstract contract Acts is World {
    bytes32 private constant TERMINATE_TYPEHASH = keccak256(
        "Terminate(uint32 deal,address signer,address counterparty,uint64 expiry,uint256 nonce)"
    );

    uint256 private _nonce;

    /// @dev The latest offer and consent that were used, for those who try them again.
    bytes internal _usedOffers;
    bytes internal _usedConsent;

    /* TIME */

    function pass(uint256 random) external watched {
        _warp(time + (_mix(random) % (2 * LENGTH)));
    }

    /// @notice To the next boundary of a kind, or a second to either side of it.
    function reach(uint256 random) external watched {
        random = _mix(random);
        uint256[3] memory offsets = [uint256(0), DELAY / 2, DELAY];
        uint256 boundary = _startOf(_current()) + offsets[random % 3];
        if (boundary <= time + 1) boundary += LENGTH;
        _warp(boundary + ((random >> 8) % 3) - 1);
    }

    /* OPENING AND PROVING */

    function open(uint256 random) public watched {
        random = _mix(random);
        (uint32 deals, ) = Stored.counts(market);
        uint256 pieces = 1 + (random % 2);
        uint32 id = uint32(1 + ((random >> 8) % PROVIDERS));
        IMarketState.Provider memory provider = market.providerOf(id);
        if (deals + pieces > MAX_DEALS || _keys[provider.operator] == 0) return;

        (IMarketState.SignedOffer[] memory offers, uint256 lock, uint256 cost) = _newOffer(id, pieces, random >> 16);
        uint256 left = provider.touchedAt == _current() ? provider.budgetLeft : provider.maxLock;
        if (lock > provider.free || lock > left) return;
        IMarketState.Offer memory offer = offers[0].offer;
        offers[0].signature = _signature(_keys[provider.operator], this.hashOffer(offer));
        IMarketState.Payment memory payment = _allowance();
        if (market.balanceOf(offer.client) >= cost) payment.kind = 3;

        ++_nonce;
        signedDeals += uint32(pieces);
        _usedOffers = abi.encode(offers);
        _as(offer.client);
        market.open(offers, payment, address(0), "");
    }

    function _newOffer(
        uint32 provider,
        uint256 pieces,
        uint256 random
    ) internal view returns (IMarketState.SignedOffer[] memory offers, uint256 lock, uint256 cost) {
        offers = new IMarketState.SignedOffer[](1);
        IMarketState.Offer memory offer = offers[0].offer;
        offer.provider = provider;
        offer.client = accounts[6 + (random % 3)];
        offer.firstPeriod = uint32(_current() + ((random >> 8) % 4));
        offer.periods = uint16(1 + ((random >> 16) % ((random >> 24) % 2 == 0 ? 4 : 24)));
        offer.maxMisses = uint16(((random >> 32) % 4) % offer.periods);
        offer.notice = uint16((random >> 40) % 3);
        offer.expiry = type(uint64).max;
        offer.nonce = _nonce;
        offer.pieces = new IMarketState.Piece[](pieces);
        (uint32 deals, ) = Stored.counts(market);
        for (uint32 i = 0; i < pieces; ++i) {
            IMarketState.Piece memory piece = offer.pieces[i];
            piece.root = TestPieces.root(deals + i + 1);
            piece.size = uint64(1 + ((random >> 48) % 127));
            piece.rate = uint80(1 + ((random >> 56) % 1_000));
            piece.slashFactor = uint24(64 + ((random >> 72) % 64));
            lock += uint256(piece.rate) * piece.slashFactor * (offer.maxMisses + 1);
            cost += uint256(piece.rate) * offer.periods;
        }
    }

    /// @notice The providers do their work for some periods, and seldom one does not: to the time of each seed, and prove.
    function work(uint256 random) external watched {
        random = _mix(random);
        for (uint256 i = random % 6; i != 0; --i) {
            _warp(_startOf(_current() + 1) + DELAY);
            for (uint32 id = 1; id <= PROVIDERS; ++id) {
                random = _mix(random);
                if (random % 16 != 0) _prove(id, (random >> 8) % 2 == 0);
            }
        }
    }

    function prove(uint256 random) external watched {
        random = _mix(random);
        _prove(uint32(1 + (random % PROVIDERS)), (random >> 8) % 2 == 0);
    }

    function _prove(uint32 id, bool delists) private {
        uint32 current = _current();
        bool early = time < _startOf(current) + DELAY;
        if (early || _isProven(id, current) || market.providerOf(id).gaveUpAt == current) return;
        (bytes memory proof, bool found) = _proof(id);
        if (!found) return;
        _as(accounts[9]);
        market.prove(id, current, proof, "", delists ? _ended(id, current + 1) : new uint256[](0));
        // Before the next period, since a bit is proven in its own.
        _enter();
    }

    function delist(uint256 random) external watched {
        uint32 id = uint32(1 + (_mix(random) % PROVIDERS));
        uint32 current = _current();
        bool decided = _isProven(id, current) || market.providerOf(id).gaveUpAt == current;
        if (!decided && time >= _startOf(current) + DELAY / 2) return;
        _as(accounts[9]);
        market.delist(id, _ended(id, decided ? current + 1 : current));
    }

    function giveUp(uint256 random) external watched {
        random = _mix(random);
        uint32 id = uint32(1 + (random % PROVIDERS));
        IMarketState.Provider memory provider = market.providerOf(id);
        if ((random >> 8) % 4 != 0 || _isProven(id, _current()) || provider.gaveUpAt == _current()) return;
        _as(provider.owner);
        market.giveUp(id, _current());
    }

    /// @dev Indices, in falling order, of listed deals that end by `bound` or were never live.
    function _ended(uint32 id, uint32 bound) private view returns (uint256[] memory indices) {
        uint32[] memory list = Stored.list(market, id, market.providerOf(id).listed);
        indices = new uint256[](list.length);
        uint256 count = 0;
        for (uint256 i = list.length; i != 0; --i) {
            DealTerms terms = Stored.terms(market, list[i - 1]);
            if (terms.end() <= bound || terms.end() == terms.start()) indices[count++] = i - 1;
        }
        assembly ("memory-safe") {
            mstore(indices, count)
        }
    }

    /* A DEAL'S LIFE */

    function settle(uint256 random) external watched {
        uint32 id = _pick(_mix(random));
        if (id == 0) return;
        _settleAsShown(id);
    }

    /// @dev What `dealOf` derives is what settling then does.
    function _settleAsShown(uint32 id) private {
        IMarketState.Deal memory deal = market.dealOf(id);
        uint256 payee = market.balanceOf(deal.payee);
        uint256 client = market.balanceOf(deal.client);
        uint256 stake = market.providerOf(deal.provider).free;
        uint32[] memory ids = new uint32[](1);
        ids[0] = id;
        _as(accounts[9]);
        market.settle(ids);
        uint256 toClient = deal.refund + deal.compensation;
        bool overdue = deal.challengedAt != 0 && deal.defaulted && !deal.closed;
        if (overdue) toClient += BOND;
        if (deal.payee == deal.client) {
            _rule(market.balanceOf(deal.client) == client + toClient + deal.earned, "shown");
        } else {
            _rule(market.balanceOf(deal.client) == client + toClient, "shown");
            _rule(market.balanceOf(deal.payee) == payee + deal.earned, "shown");
        }
        _rule(market.providerOf(deal.provider).free == stake + deal.unlocked, "shown");
        IMarketState.Deal memory then = market.dealOf(id);
        _rule(then.earned + then.refund + then.compensation + then.unlocked == 0, "shown");
        _rule(then.escrow == deal.escrow && then.collateral == deal.collateral, "shown");
        _rule(then.forfeited == deal.defaulted && then.missed == deal.misses, "shown");
    }

    function cancel(uint256 random) external watched {
        uint32 id = _pick(_mix(random));
        if (id == 0) return;
        IMarketState.Deal memory deal = market.dealOf(id);
        if (deal.escrow == 0 || _cut(deal, _current() + 1 + deal.notice) >= deal.end) return;
        _as(deal.client);
        market.cancel(id);
    }

    function terminate(uint256 random) external watched {
        random = _mix(random);
        uint32 id = _pick(random >> 8);
        if (id == 0) return;
        IMarketState.Deal memory deal = market.dealOf(id);
        bool open_ = deal.escrow != 0 && deal.challengedAt == 0 && _cut(deal, _current() + 1) < deal.end;
        if (!open_) return;
        (address caller, address signer) = random % 2 == 0 ? (deal.client, deal.payee) : (deal.payee, deal.client);
        if (caller == deal.client) signer = deal.payee;
        IMarketState.Consent memory consent;
        (consent.expiry, consent.nonce) = (type(uint64).max, _nonce++);
        bytes32 structHash = keccak256(
            abi.encode(TERMINATE_TYPEHASH, id, signer, caller, consent.expiry, consent.nonce)
        );
        consent.signature = _signature(_keys[signer], structHash);
        _usedConsent = abi.encode(id, caller, consent);
        _as(caller);
        market.terminate(id, consent);
        ++reached["terminated"];
    }

    function abandon(uint256 random) external watched {
        random = _mix(random);
        uint32 id = _pick(random >> 8);
        if (id == 0 || random % 4 != 0) return;
        IMarketState.Deal memory deal = market.dealOf(id);
        if (deal.escrow == 0 || deal.forfeited) return;
        _as(market.providerOf(deal.provider).owner);
        market.abandon(id);
    }

    function transferDeal(uint256 random) external watched {
        random = _mix(random);
        uint32 id = _pick(random >> 8);
        if (id == 0) return;
        IMarketState.Deal memory deal = market.dealOf(id);
        if (deal.escrow == 0 || deal.challengedAt != 0) return;
        _as(deal.client);
        market.transferDeal(id, accounts[6 + (random % 3)]);
    }

    function assignPayee(uint256 random) external watched {
        random = _mix(random);
        uint32 id = _pick(random >> 8);
        if (id == 0) return;
        IMarketState.Deal memory deal = market.dealOf(id);
        if (deal.escrow == 0) return;
        bool assigned = this.booksOf(id).payee != address(0);
        _as(assigned ? deal.payee : market.providerOf(deal.provider).owner);
        market.assignPayee(id, accounts[random % ACCOUNTS]);
    }

    function challenge(uint256 random) external watched {
        random = _mix(random);
        uint32 id = _pick(random >> 8);
        if (id == 0) return;
        IMarketState.Deal memory deal = market.dealOf(id);
        bool live = deal.start <= _current() && _current() < deal.end;
        if (!live || deal.escrow == 0 || deal.forfeited || deal.challengedAt != 0) return;
        IMarketState.Payment memory payment = _allowance();
        if (market.balanceOf(deal.client) >= BOND) payment.kind = 3;
        _as(deal.client);
        market.challenge(id, uint64((random >> 40) % ((uint256(deal.size) * 4 + 126) / 127)), payment);
    }

    function answer(uint256 random) external watched {
        random = _mix(random);
        (uint32 deals, ) = Stored.counts(market);
        for (uint32 i = 0; i < deals; ++i) {
            uint32 id = uint32(1 + (((random >> 8) + i) % deals));
            IMarketState.Deal memory deal = market.dealOf(id);
            if (deal.challengedAt == 0 || deal.escrow == 0) continue;
            _as(accounts[random % ACCOUNTS]);
            market.answer(id, TestPieces.path(id, deal.challengedLeaf));
            return;
        }
    }

    /* PROVIDERS AND ACCOUNTS */

    function moveStake(uint256 random) external watched {
        random = _mix(random);
        uint32 id = uint32(1 + (random % PROVIDERS));
        IMarketState.Provider memory provider = market.providerOf(id);
        uint96 amount = uint96((random >> 8) % 1e9);
        bool out = (random >> 40) % 2 == 0;
        if (out && amount > provider.free) return;
        _as(out ? provider.owner : accounts[random % ACCOUNTS]);
        if (out) market.unstake(id, amount);
        else market.stake(id, amount, _allowance());
    }

    function configure(uint256 random) external watched {
        random = _mix(random);
        uint32 id = uint32(1 + (random % PROVIDERS));
        address owner = market.providerOf(id).owner;
        address operator = accounts[3 + ((random >> 8) % 3)];
        address beneficiary = accounts[(random >> 16) % ACCOUNTS];
        uint96 maxLock = uint96(1e5 + ((random >> 24) % 1e8));
        _as(owner);
        market.configure(id, operator, beneficiary, maxLock, "");
    }

    /// @notice The operator is stopped, and at times the provider is sold.
    function sell(uint256 random) external watched {
        random = _mix(random);
        uint32 id = uint32(1 + (random % PROVIDERS));
        IMarketState.Provider memory provider = market.providerOf(id);
        address next = accounts[(random >> 8) % PROVIDERS];
        if ((random >> 16) % 4 != 0) return;
        _as(provider.operator);
        market.stop(id);
        if ((random >> 24) % 2 == 0) return;
        _as(provider.owner);
        market.offerOwnership(id, next);
        _as(next);
        market.takeOwnership(id, provider.operator, next, provider.free, provider.version);
        ++reached["sold"];
    }

    function voidNonces(uint256 random) external watched {
        random = _mix(random);
        uint32 id = uint32(1 + (random % PROVIDERS));
        address owner = market.providerOf(id).owner;
        // Far from the nonces that are still to come.
        _as(owner);
        market.voidNonces(id, 0, 1 << (255 - ((random >> 8) % 8)));
        _as(owner);
        market.voidConsents(0, 1 << (255 - ((random >> 8) % 8)));
    }

    function withdraw(uint256 random) external watched {
        random = _mix(random);
        address account = accounts[random % ACCOUNTS];
        uint256 amount = market.balanceOf(account);
        _as(account);
        market.withdraw(address(token), (random >> 8) % (amount + 1));
    }

    function keepBalance(uint256 random) external watched {
        random = _mix(random);
        _as(accounts[random % ACCOUNTS]);
        market.keepBalance((random >> 8) % 2 == 0);
    }

    /* PRIVATE */

    /// @dev One of the deals, or 0 when there are none.
    function _pick(uint256 random) internal view returns (uint32) {
        (uint32 deals, ) = Stored.counts(market);
        return deals == 0 ? 0 : uint32(1 + (random % deals));
    }

    function _cut(IMarketState.Deal memory deal, uint32 bound) private pure returns (uint32) {
        return bound < deal.start ? deal.start : bound;
    }

    /// @dev A fuzzer likes small and extreme numbers; the bits of these are even.
    function _mix(uint256 random) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(random)));
    }
}
